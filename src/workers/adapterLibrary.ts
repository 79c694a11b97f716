// Stored adapters, those of runs and those of the shelf, as the open base sees them: found, opened, described and added.
// Knows files and the model; what is on the GPU is the shelf's.
import { openAdapterFolder, type AdapterFolder } from '../files/adapterFolder.ts'
import { bytesSource, totalSize, type ByteSource } from '../files/byteSource.ts'
import type { MergedPart } from '../files/mergedCard.ts'
import { methodOf } from '../methods/registry.ts'
import type { AdapterInfo, AdapterUse, StoredAdapter } from '../protocol/adapters.ts'
import { Fault } from '../protocol/failure.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { BaseInfo, RunRecord } from '../protocol/studio.ts'
import type { Storage } from '../storage/storage.ts'
import { adapterTask, type AdapterTask } from '../train/adapterTask.ts'
import type { Base, OpenModel } from '../train/base.ts'
import { answering } from '../train/emitAdapter.ts'
import { exportCheckpoint, recordFacts } from '../train/exportRun.ts'
import { openAdapter, openRun, type OpenAdapter } from '../train/openAdapter.ts'
import type { Weighted } from '../train/mergeWeights.ts'
import { recipeModel, taskOf } from '../train/recipeModel.ts'
import type { Part } from './deriveAdapter.ts'
import { fitNote, type FitNote } from './fitNote.ts'

export interface OpenBase {
  readonly info: BaseInfo
  readonly model: OpenModel
}
export type Found = { readonly id: string; readonly name: string } & (
  | { readonly run: RunRecord; readonly stored?: undefined }
  | { readonly stored: StoredAdapter; readonly run?: undefined }
)
/** What an adapter is, apart from where it is on the GPU. */
export type Described = Omit<AdapterInfo, 'gpuBytes' | 'merged'>

const gone = (): Fault => new Fault('storage', 'This adapter is no longer stored.', 'Choose another adapter.')
const foundRun = (run: RunRecord): Found => ({ id: run.id, name: run.recipe.name, run })
const foundStored = (stored: StoredAdapter): Found => ({ id: stored.id, name: stored.name, stored })

export class AdapterLibrary {
  /** What the open base makes of an adapter, found once for a model. */
  private notes: { readonly model: OpenModel; readonly found: Map<string, FitNote> } | undefined
  private readonly tasks = new Map<string, { readonly model: OpenModel; readonly task: AdapterTask }>()

  constructor(
    private readonly storage: Storage,
    private readonly version: string,
    private readonly opened: () => OpenBase | undefined,
    private readonly mounted: () => Promise<Base>,
  ) {}

  need(): OpenBase {
    const found = this.opened()
    if (!found) throw new Fault('bad-model', 'No model is open.', 'Open the base model that the adapter is for.')
    return found
  }

  async find(id: string): Promise<Found> {
    const stored = await this.storage.shelf.get(id)
    if (stored) return foundStored(stored)
    const run = await this.storage.runs.get(id)
    if (!run) throw gone()
    return foundRun(run)
  }

  /** Newest first. */
  async list(): Promise<Described[]> {
    const runs = (await this.storage.runs.list()).filter((run) => run.hasAdapter).map(foundRun)
    const all = [...(await this.storage.shelf.list()).map(foundStored), ...runs]
    const described: Described[] = []
    for (const found of all) described.push(await this.describe(found))
    return described.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1))
  }

  async describe({ id, run, stored }: Found): Promise<Described> {
    const { misfit, ...found } = (await this.note(id, run)) ?? {}
    const fit = misfit === undefined ? found : { misfit }
    if (stored) return { ...stored, ...fit }
    const { base } = run.recipe
    const files = await this.storage.adapters.open(id)
    return {
      id,
      name: run.recipe.name,
      kind: 'run',
      createdAt: run.createdAt,
      methods: run.recipe.methods.map((m) => methodOf(m.id).label),
      base: { id: base.id, ...(base.sha256 !== undefined && { sha256: base.sha256 }) },
      trainableParameters: run.plan?.trainableParameters ?? 0,
      bytes: totalSize(files?.values() ?? []),
      mixable: false,
      isLora: false,
      ...fit,
    }
  }

  private async note(id: string, run: RunRecord | undefined): Promise<FitNote | undefined> {
    const now = this.opened()
    if (!now) return undefined
    if (this.notes?.model !== now.model) this.notes = { model: now.model, found: new Map() }
    const { found } = this.notes
    const known = found.get(id)
    if (known) return known
    const note = await fitNote(now.model, run ? { recipe: run.recipe, other: this.otherBase(run) } : { files: (await this.storage.adapters.open(id)) ?? new Map() })
    found.set(id, note)
    return note
  }

  private otherBase(run: RunRecord): string | undefined {
    const { info } = this.need()
    const { id, revision } = run.recipe.base
    if (id !== info.id) return `This run tuned ${id}, and ${info.id} is open.`
    const isOther = revision !== undefined && info.revision !== undefined && revision !== info.revision
    return isOther ? `This run tuned ${id} at ${revision.slice(0, 8)}, and ${info.revision.slice(0, 8)} is open.` : undefined
  }

  /** With its values as they answer, and a text that changes when they do. */
  async open(id: string): Promise<{ readonly version: string; load(): Promise<OpenAdapter> }> {
    const { run } = await this.find(id)
    const { model } = this.need()
    return { version: run ? `step ${run.step}` : 'stored', load: async () => answering(model, await this.openWhole(id)) }
  }

  weighted(uses: readonly AdapterUse[]): Promise<Weighted[]> {
    return Promise.all(uses.map(async ({ id, weight }) => ({ adapter: await (await this.open(id)).load(), weight })))
  }

  /** Where these answer with a class instead of a text: the recipe that says which, and the adapter. */
  async sorter(uses: readonly AdapterUse[]): Promise<{ readonly recipe: Pick<Recipe, 'task' | 'labels' | 'pairs'>; readonly adapter: OpenAdapter | undefined } | undefined> {
    const { model } = this.need()
    const [use] = uses
    if (!use) return model.outline.taskType === 'CAUSAL_LM' ? undefined : { recipe: {}, adapter: undefined }
    const { run } = await this.find(use.id)
    const recipe = run?.recipe ?? (await this.taskOf(use.id))
    if (taskOf(model, recipe) === 'CAUSAL_LM') return undefined
    if (uses.length > 1) throw new Fault('bad-adapter', 'Adapters that sort texts into classes cannot be mixed.', 'Choose one of them.')
    return { recipe, adapter: await this.openWhole(use.id) }
  }

  /** What a stored adapter predicts. Its files are read for it once. */
  private async taskOf(id: string): Promise<AdapterTask> {
    const { model } = this.need()
    const known = this.tasks.get(id)
    if (known?.model === model) return known.task
    const task = adapterTask(model, await openAdapterFolder(await this.files(id)))
    this.tasks.set(id, { model, task })
    return task
  }

  /** With all its values: those of the network of one that makes adapters. */
  async openWhole(id: string): Promise<OpenAdapter> {
    const { run } = await this.find(id)
    const { model } = this.need()
    if (!run) {
      const folder = await openAdapterFolder(await this.files(id))
      return openAdapter(recipeModel(model, adapterTask(model, folder)), folder)
    }
    const other = this.otherBase(run)
    if (other !== undefined) throw new Fault('bad-model', other, `Open ${run.recipe.base.id} to use it.`)
    return openRun(model, this.storage, run)
  }

  /** Its folder as it is exported; of a run that did not finish, from its last checkpoint. */
  async files(id: string): Promise<ReadonlyMap<string, ByteSource>> {
    const { run } = await this.find(id)
    const files = (await this.storage.adapters.load(id)) ?? (run && (await exportCheckpoint(await this.mounted(), this.storage, run, this.version)))
    if (!files) throw gone()
    return new Map([...files].map(([path, bytes]) => [path, bytesSource(bytes, path)]))
  }

  /** The open model, or with a head for the classes that the adapter sorts texts into; and what is to be merged into it. */
  async subjectOf(uses: readonly AdapterUse[]): Promise<{ readonly model: OpenModel; readonly weighted: Weighted[] }> {
    const { model } = this.need()
    const sorter = await this.sorter(uses)
    if (sorter) return { model: recipeModel(model, sorter.recipe), weighted: sorter.adapter ? [{ adapter: sorter.adapter, weight: uses[0].weight }] : [] }
    return { model, weighted: await this.weighted(uses) }
  }

  /** What is merged, for the card of the merged model: of runs, with how they went. */
  async mergedParts(uses: readonly AdapterUse[]): Promise<MergedPart[]> {
    return Promise.all(
      uses.map(async ({ id, weight }) => {
        const { name, run } = await this.find(id)
        return { name, weight, ...(run && { facts: recordFacts(run, await this.storage.runs.events(id), this.version) }) }
      }),
    )
  }

  async part(id: string): Promise<Part> {
    return { name: (await this.find(id)).name, files: await this.files(id) }
  }

  /** Puts a folder that fits the open base on the shelf; answers its id. */
  async keep(given: ReadonlyMap<string, ByteSource>, about: Pick<StoredAdapter, 'name' | 'kind'> & Partial<StoredAdapter>): Promise<Described> {
    const { model, info } = this.need()
    const folder = await openAdapterFolder(given)
    // Every value is read once here, so that what is kept can be used.
    await openAdapter(recipeModel(model, adapterTask(model, folder)), folder)
    const { misfit, ...note } = await fitNote(model, { files: given })
    if (misfit !== undefined) throw new Fault('bad-adapter', misfit, 'Open the model it was made for.')
    const parts = new Map<string, Uint8Array>()
    for (const [path, source] of folder.files) parts.set(path, await source.read(0, source.size))
    const stored: StoredAdapter = {
      id: `adapter-${crypto.randomUUID().slice(0, 8)}`,
      createdAt: Date.now(),
      base: baseOf(folder, info.id),
      bytes: folder.bytes,
      ...note,
      ...about,
    }
    await this.storage.shelf.save(stored, parts)
    return this.describe(foundStored(stored))
  }
}

/** What its files say of the base; where they are silent, it is the open one. */
function baseOf({ parts, recipe }: AdapterFolder, open: string): StoredAdapter['base'] {
  const named = parts.map((p) => p.config['base_model_name_or_path']).find((name) => typeof name === 'string' && name !== '')
  const { sha256 } = (recipe?.['base'] ?? {}) as Readonly<Record<string, unknown>>
  return { id: typeof named === 'string' ? named : open, ...(typeof sha256 === 'string' && { sha256 }) }
}
