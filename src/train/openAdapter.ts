// An adapter opened for one model: its methods attached, and every tensor found, of the right shape and in its window.
// Needs no GPU. Invariant: either everything fits, or one sentence says what does not.
import { readTensor, type AdapterFolder, type AdapterPart, type StoredTensor } from '../files/adapterFolder.ts'
import { toF32 } from '../files/dtype.ts'
import { sameShape, showShape, sizeOf } from '../graph/shape.ts'
import { choiceOfAdapterHub, keyOfAdapterHub } from '../methods/adapterHub.ts'
import type { Attachment } from '../methods/method.ts'
import { attachAll, attachPeft, methodOf } from '../methods/registry.ts'
import { attachSavedPrompt } from '../methods/savedPrompt.ts'
import { Fault } from '../protocol/failure.ts'
import { readRecipe, type MethodChoice } from '../protocol/recipe.ts'
import { legible } from '../protocol/legible.ts'
import type { JsonObject } from '../protocol/record.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { Storage } from '../storage/storage.ts'
import { attachRecipe } from './attachRecipe.ts'
import { subjectOf, type OpenModel } from './base.ts'
import { countOf } from './census.ts'
import type { Layout } from './layout.ts'
import { leadingParts } from './leadingPart.ts'
import { putWindow } from './params.ts'
import { recipeModel } from './recipeModel.ts'
import { findTensor } from './weights.ts'

/** An adapter that fits a model, without its values. */
export interface FittingAdapter {
  readonly attachments: readonly Attachment[]
  readonly layout: Layout
  readonly trainableParameters: number
  /** Labels of its methods, in order. */
  readonly methods: readonly string[]
}
export interface OpenAdapter extends FittingAdapter {
  /** Flat, by `layout`. */
  readonly values: Float32Array<ArrayBuffer>
}

interface Fit extends FittingAdapter {
  /** Key → its tensor in the files. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** Copies of the base's embeddings, which are not the adapter's own. */
  readonly spare: ReadonlyMap<string, StoredTensor>
}

/** Whether the adapter fits, from its headers alone. */
export function fitAdapter(model: OpenModel, folder: AdapterFolder): Fit {
  const { outline } = model
  const choices = recipeMethods(folder)
  const attachments = folder.parts.map((part, i) => attach(part, model, choices?.[i]))
  const subject = told(() => subjectOf(model, attachments))
  const { layout } = subject
  const tensors = new Map<string, StoredTensor>()
  const spare = new Map<string, StoredTensor>()
  const problems: string[] = []
  for (const part of folder.parts)
    for (const [name, tensor] of part.tensors) {
      const key = part.layout === 'adapterhub' ? keyOfAdapterHub(name, part.config) : name
      const window = layout.windows.get(key)
      if (window && sameShape(window.shape, tensor.shape)) tensors.set(key, tensor)
      else if (window) problems.push(`${name} is ${showShape(tensor.shape)}, expected ${showShape(window.shape)}`)
      else if (isBaseCopy(name, outline)) spare.set(name, tensor)
      // With bias “all”, PEFT stores those of modules_to_save three times: twice under the names of its own wrapper.
      else if (/\.(modules_to_save|original_module)\./.test(name)) continue
      else problems.push(`${name} has no place in it`)
    }
  const absent = [...layout.windows.values()].filter(({ key, init, frozen }) => !tensors.has(key) && !(frozen && init.kind === 'leading part') && !problems.some((p) => p.startsWith(`${key} is`)))
  problems.unshift(...absent.map(({ key, shape }) => `${key} ${showShape(shape)} is missing from the file`))
  if (problems.length > 0) throw misfit(folder, problems)
  return { ...fittingOf(subject), tensors, spare }
}

/** What a model with methods attached says of its adapter. */
export function fittingOf({ attachments, layout, census }: ReturnType<typeof subjectOf>): FittingAdapter {
  return {
    attachments,
    layout,
    trainableParameters: countOf(census.trainables.filter((t) => !t.frozen)),
    methods: attachments.map((a) => (a.name === undefined ? 'Adapter' : methodOf(a.name).label)),
  }
}

export async function openAdapter(model: OpenModel, folder: AdapterFolder): Promise<OpenAdapter> {
  const { tensors, spare, ...fitting } = fitAdapter(model, folder)
  for (const [name, tensor] of spare) await checkCopy(model, name, tensor)
  const values = new Float32Array(fitting.layout.length)
  const leadingPart = leadingParts((name) => findTensor(model.folder, model.family, name)!.readF32())
  for (const w of fitting.layout.windows.values()) {
    const stored = tensors.get(w.key)
    // PEFT's file does not say what PiSSA took from the base; the base does.
    if (stored) putWindow(values, w, await readTensor(stored, w.key))
    else if (w.init.kind === 'leading part') putWindow(values, w, await leadingPart(w.init))
  }
  return { ...fitting, values }
}

/** The adapter of a run as its last checkpoint has it, encoders included. */
export async function openRun(opened: OpenModel, storage: Storage, record: RunRecord): Promise<OpenAdapter> {
  const saved = await storage.checkpoints.load(record.id)
  const bytes = saved?.parts.get('values')
  if (!bytes) throw new Fault('storage', 'This run has no checkpoint yet.', 'Let it train until its first checkpoint, or pause it.')
  const model = recipeModel(opened, record.recipe)
  const subject = subjectOf(model, attachRecipe(record.recipe, model))
  if (bytes.byteLength !== subject.layout.length * 4) throw new Fault('storage', 'This run’s checkpoint was saved by another version of its method.', 'Train it again, or take its exported adapter.')
  return { ...fittingOf(subject), values: new Float32Array(bytes.slice().buffer) }
}

function recipeMethods({ recipe, parts }: AdapterFolder): readonly MethodChoice[] | undefined {
  if (!recipe || !parts.some((p) => p.layout === 'tunesmith')) return undefined
  const { methods } = readRecipe(recipe)
  return methods.length === parts.length ? methods : undefined
}

/** Sizes that an adapter's configuration names; none is larger than all that the adapter holds. */
const SIZES = ['num_virtual_tokens', 'r', 'encoder_hidden_size', 'encoder_num_layers', 'token_dim', 'num_layers', 'prefix_length', 'bottleneck_size', 'phm_dim']

function checkSizes({ config, tensors }: AdapterPart): void {
  const held = Math.max(1024, [...tensors.values()].reduce((n, t) => n + sizeOf(t.shape), 0))
  const inner = config['config']
  for (const said of [config, typeof inner === 'object' && inner !== null ? (inner as JsonObject) : {}])
    for (const name of SIZES) {
      const size = said[name]
      if (typeof size === 'number' && size > held) throw new Fault('bad-adapter', `The configuration of this adapter claims ${name} ${size}, and its file holds ${held} values.`, 'Save the adapter again with the library that made it.')
    }
}

function attach(part: AdapterPart, model: OpenModel, choice: MethodChoice | undefined): Attachment {
  const { outline } = model
  checkSizes(part)
  return told(() => {
    if (part.layout === 'adapterhub') return attachAll([choiceOfAdapterHub(part.config, outline.modelType)], outline)[0]
    if (part.layout === 'peft') return attachKnown(part.config, outline)
    if (!choice) throw new Fault('bad-adapter', `${part.folder || 'This folder'} needs recipe.json beside it, which says what its tensors are.`, 'Drop the whole folder as it was exported.')
    return attachAll([choice], outline)[0]
  })
}

function attachKnown(config: JsonObject, outline: OpenModel['outline']): Attachment {
  if (typeof config['peft_type'] !== 'string') throw new Fault('bad-adapter', 'adapter_config.json does not say its peft_type.', 'Save the adapter again with the library that made it.')
  if (config['peft_type'] === 'VERA' && config['save_projection'] === false)
    throw new Fault('bad-adapter', 'This VeRA adapter was saved without its shared matrices, which only PyTorch can draw again.', 'Save it with save_projection true.')
  return attachPeft(config, outline, attachSavedPrompt)
}

/** What a method says of a recipe, it says here of an adapter. */
function told<T>(work: () => T): T {
  try {
    return legible(work, 'bad-adapter', 'The configuration of this adapter has an entry of another kind than its method expects.', 'Save the adapter again with the library that made it.')
  } catch (error) {
    if (error instanceof Fault && error.code === 'bad-recipe') throw new Fault('bad-adapter', `This adapter does not fit the open model: ${error.message}`, 'Open the model it was made for.', error.detail)
    throw error
  }
}

function misfit(folder: AdapterFolder, problems: readonly string[]): Fault {
  const base = folder.parts.map((p) => p.config['base_model_name_or_path'] ?? p.config['model_name']).find((name) => typeof name === 'string' && name !== '')
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : ''
  return new Fault('bad-adapter', `This adapter does not fit the open model: ${problems[0]}${more}.`, base === undefined ? 'Open the model it was made for.' : `It was made for ${String(base)}; open that model.`, problems.join('\n'))
}

/** PEFT stores the base's embeddings with adapters that touch them; they are optional, and copies as a rule. */
const COPY = /^base_model\.model\.(.+?)(?:\.base_layer)?\.weight$/
function isBaseCopy(name: string, outline: OpenModel['outline']): boolean {
  const path = COPY.exec(name)?.[1]
  return path !== undefined && (outline.embeddings.includes(path) || path === outline.head)
}

async function checkCopy(model: OpenModel, name: string, tensor: StoredTensor): Promise<void> {
  const path = COPY.exec(name)![1]
  const own = findTensor(model.folder, model.family, `${path}.weight`)
  // A tied head has no tensor of its own.
  if (!own) return
  const differs = (found: string): Fault =>
    new Fault('bad-adapter', `The adapter brings its own ${path}.weight, ${found}.`, 'Merge it in PEFT, save the model, and open that as the base.')
  if (!sameShape(own.shape, tensor.shape)) throw differs(`${showShape(tensor.shape)} instead of the model’s ${showShape(own.shape)}, because its vocabulary was changed`)
  const theirs = await readTensor(tensor, name)
  let at = 0
  for await (const chunk of own.stream()) {
    const ours = toF32(chunk, own.dtype)
    if (ours.some((x, i) => x !== theirs[at + i])) throw differs('with other values than the open model’s')
    at += ours.length
  }
  if (at !== sizeOf(own.shape)) throw differs('of another size')
}
