// The model that is open and the device it is mounted on: one of each at most. The model outlives a lost device; what is on the
// device is put away when another model, another way to keep its weights, or another device takes its place.
import type { ByteSource } from '../files/byteSource.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { openGpu, type Gpu } from '../gpu/device.ts'
import { Fault, toFailure } from '../protocol/failure.ts'
import { isNamedBase } from '../protocol/isNamedBase.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { BaseInfo } from '../protocol/studio.ts'
import { mount, openModel, type Base, type OpenModel } from '../train/base.ts'
import { isKeptAlike, keptAs } from '../train/keptAs.ts'
import type { KernelMemory } from '../train/kernelMemory.ts'
import { modelInfo, type Called } from './modelInfo.ts'
import { need } from './need.ts'

export interface OpenedModel {
  readonly info: BaseInfo
  readonly model: OpenModel
}

export class Workbench {
  private gpu: Promise<Gpu> | undefined
  private onTable: OpenedModel | undefined
  private base: Base | undefined
  /** How frozen weights are kept, as the recipe says that was heard last. */
  private kept: OpenModel['kept'] = {}

  /** @param onForget the mounted model is going away */
  constructor(
    private readonly kernels: KernelMemory,
    private readonly onForget: () => void,
  ) {}

  get opened(): OpenedModel | undefined {
    return this.onTable
  }
  /** The open model. Throws a Fault where there is none. */
  model(): OpenModel {
    return need(this.onTable, 'model').model
  }
  /** The open model, as its weights are kept on a device. */
  modelAsKept(): OpenModel {
    return { ...this.model(), kept: this.kept }
  }
  /** The open model, which must be the one that the recipe names. */
  modelFor({ base: wanted }: Recipe): OpenedModel {
    const open = need(this.onTable, 'model')
    if (!isNamedBase(wanted, open.info)) throw new Fault('bad-model', `The recipe names the model ${wanted.id}, and ${open.info.title} is open.`, 'Open the model of the recipe, or choose another one for it.')
    return open
  }

  async open(called: Called, files: ReadonlyMap<string, ByteSource>): Promise<BaseInfo> {
    const found = openModel(await openModelFolder(files))
    found.tokenizer()
    this.forget()
    this.onTable = { model: found, info: modelInfo(called, found) }
    return this.onTable.info
  }
  /** The open model is called so from here on. */
  call(info: BaseInfo): void {
    this.onTable &&= { ...this.onTable, info }
  }
  /** From the next mounting on, weights are kept as this recipe says. */
  keep({ base }: Pick<Recipe, 'base'>): void {
    this.kept = keptAs(base)
  }

  device(): Promise<Gpu> {
    this.gpu ??= openGpu()
    this.gpu.catch(() => (this.gpu = undefined))
    return this.gpu
  }
  hasGpu(): Promise<boolean> {
    return this.device().then(
      () => true,
      (error: unknown) => toFailure(error).code !== 'no-webgpu',
    )
  }
  /** A device that is alive. */
  async living(): Promise<Gpu> {
    if ((await this.device()).lost.happened) {
      this.forget()
      this.gpu = undefined
    }
    return this.device()
  }
  /** The open model on a device that is alive. */
  async mounted(): Promise<Base> {
    const on = await this.living()
    // What is kept otherwise makes way.
    if (this.base && !isKeptAlike(this.base.kept, this.kept)) this.forget()
    const tuning = await this.kernels.tuning(on)
    this.base ??= mount(this.modelAsKept(), on, tuning)
    return this.base
  }

  private forget(): void {
    this.onForget()
    this.base?.weights.dispose()
    this.base = undefined
  }
}
