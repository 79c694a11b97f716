// A model folder with adapters merged into its weights: the same table of tensors, where the changed ones are computed when
// they are read, one at a time, in the checkpoint's own type, rounded once. Nothing is taken away from a merged tensor to
// un-merge it: the folder that was given still reads the base, bit for bit.
import type { ModelFolder, TensorEntry } from '../files/modelFolder.ts'
import { sortedJson } from '../files/sortedJson.ts'
import { streamSafetensors } from '../files/writeSafetensors.ts'
import { hex, utf8 } from '../lib/bytes.ts'
import { Sha256 } from '../lib/sha256.ts'
import type { Attachment, LinearSite, ReadParam } from '../methods/method.ts'
import { Fault } from '../protocol/failure.ts'
import { computedTensor } from './computedTensor.ts'

/** Where a method may merge: a linear layer, or an embedding as `in` = vocabulary, `out` = width, stored [in, out]. */
export type MergeSite = Pick<LinearSite, 'path' | 'in' | 'out' | 'stored' | 'weightName'>

export interface MergedAdapter {
  readonly attachment: Attachment
  /** Its tensors by key, as in its file. */
  readonly read: ReadParam
  /** 1 is as trained; other numbers go that part of the way from the base, or beyond. */
  readonly weight?: number
}

export interface MergeTargets {
  readonly sites: readonly MergeSite[]
  /** Path of the output head. */
  readonly head: string
  /** Names of all base tensors, as the model's forward pass calls them. */
  readonly names: readonly string[]
  /** What the checkpoint calls such a tensor. */
  fileName(name: string): string
}

export interface MergedFolder extends ModelFolder {
  /** Names, as the forward pass calls them, of tensors that are no longer the base's. */
  readonly changed: ReadonlySet<string>
  /** The base shares one matrix between embedding and head, and the merged model cannot. */
  readonly untied: boolean
}

/** Why an adapter has no place in the weights, in a sentence; undefined where it has. */
export function unmergeable(attachment: Attachment): string | undefined {
  const { prompt, prefix, sublayer, linear, embedding, merge } = attachment
  if (prompt || prefix) return 'It adds virtual tokens to every input, which no weight can hold.'
  if (sublayer) return 'It computes something between layers, which no weight can hold.'
  return (linear || embedding) && !merge ? 'What it adds depends on the input, so it is no change of weights.' : undefined
}

export interface MergeOptions {
  /** Changed tensors are kept as F32, unrounded, where the checkpoint has 16 bits. */
  readonly widen?: boolean
}

/** Throws `bad-adapter` for what cannot be merged. Later adapters act on what earlier ones made, as when they are attached. */
export function mergeInto(folder: ModelFolder, { sites, head, names, fileName }: MergeTargets, adapters: readonly MergedAdapter[], { widen = false }: MergeOptions = {}): MergedFolder {
  for (const { attachment } of adapters) {
    const why = unmergeable(attachment)
    if (why !== undefined) throw new Fault('bad-adapter', `The ${attachment.name ?? 'adapter'} adapter cannot be merged into the weights. ${why}`, 'Keep it attached, or merge without it.')
  }
  const touched = (site: MergeSite): boolean => adapters.some((adapter) => mergesAt(adapter, site))
  const headSite = sites.find((s) => s.path === head)
  const sharing = sites.filter((s) => s.weightName === headSite?.weightName)
  const untied = sharing.length > 1 && sharing.some(touched)

  const tensors = new Map(folder.tensors)
  const changed = new Set<string>()
  for (const name of names) {
    const own = sites.filter((s) => s.weightName === name && !(untied && s.path === head) && touched(s))
    const biased = sites.filter((s) => `${s.path}.bias` === name && touched(s))
    const replaced = adapters.some((adapter) => trained(adapter, name) !== undefined)
    const entry = folder.tensors.get(fileName(name))
    if (!entry || (own.length === 0 && biased.length === 0 && !replaced)) continue
    changed.add(name)
    const merge = (w: Float32Array): void => {
      for (const adapter of adapters) replaceWhole(adapter, name, w)
      for (const site of own) mergeWeight(adapters, site, w)
      for (const site of biased) mergeBias(adapters, site, w)
    }
    tensors.set(entry.name, computedTensor(entry, entry.name, widen, merge))
  }
  // A copy of the shared matrix, as some files hold one, is no longer a copy.
  if (headSite && sharing.length > 1 && changed.has(headSite.weightName)) tensors.delete(`${head}.weight`)
  if (untied && headSite) {
    const shared = headSite.weightName
    const name = `${head}.weight`
    changed.add(name)
    const merge = (w: Float32Array): void => {
      for (const adapter of adapters) replaceWhole(adapter, shared, w)
      mergeWeight(adapters, headSite, w)
    }
    tensors.set(name, computedTensor(folder.tensors.get(fileName(shared))!, name, widen, merge))
  }
  const [bytes, parameters] = [...tensors.values()].reduce(([b, p], t) => [b + t.bytes, p + t.shape.reduce((n, d) => n * d, 1)], [0, 0])
  const config = untied ? { ...folder.config, tie_word_embeddings: false } : folder.config
  return { ...folder, config, tensors, bytes, parameters, changed, untied, hash: () => hashWritten(config, tensors) }
}

/** Of the model as it is written: sorted configuration, one weight file. */
async function hashWritten(config: ModelFolder['config'], tensors: ReadonlyMap<string, TensorEntry>): Promise<string> {
  const weights = new Sha256()
  for await (const chunk of streamSafetensors(tensors, { format: 'pt' })) weights.update(chunk)
  const settings = new Sha256()
  settings.update(utf8(sortedJson(config)))
  const whole = new Sha256()
  whole.update(utf8(`config.json ${hex(settings.digest())}\nmodel.safetensors ${hex(weights.digest())}\n`))
  return hex(whole.digest())
}

const FOUND = Symbol('a tensor for this site')

/** Found without touching a weight: a method that has something for a site begins by asking for a tensor that is there. */
function mergesAt({ attachment, read }: MergedAdapter, site: MergeSite): boolean {
  try {
    attachment.merge?.(site, new Float32Array(0), (key) => {
      if (read(key)) throw FOUND
      return undefined
    })
    return false
  } catch (error) {
    if (error !== FOUND) throw error
    return true
  }
}

function trained({ attachment, read }: MergedAdapter, name: string): Float32Array | undefined {
  const key = attachment.trains?.(name)
  return key === undefined ? undefined : read(key)
}

/** A tensor that trained as a whole takes the place of the base's. */
function replaceWhole(adapter: MergedAdapter, name: string, w: Float32Array): void {
  const { weight = 1 } = adapter
  const values = trained(adapter, name)
  if (values) w.set(weight === 1 ? values : values.map((x, i) => w[i] + weight * (x - w[i])))
}

function mergeWeight(adapters: readonly MergedAdapter[], site: MergeSite, w: Float32Array): void {
  const base = adapters.length > 1 ? w.slice() : w
  for (const { attachment, read, weight = 1 } of adapters) {
    // DoRA's lengths are those of the base's rows, whatever other adapters add.
    const ofBase = base !== w && read(`base_model.model.${site.path}.lora_magnitude_vector`) !== undefined
    if (weight === 1 && !ofBase) attachment.merge?.(site, w, read)
    else {
      const before = ofBase ? base : w.slice()
      const after = before.slice()
      attachment.merge?.(site, after, read)
      for (let i = 0; i < w.length; i++) w[i] += weight * (after[i] - before[i])
    }
  }
}

/** What a method makes of a bias does not depend on the weights, so that the matrix need not be read for it. */
function mergeBias(adapters: readonly MergedAdapter[], site: MergeSite, bias: Float32Array): void {
  const weights = new Float32Array(site.in * site.out)
  for (const { attachment, read, weight = 1 } of adapters) {
    const before = bias.slice()
    attachment.merge?.(site, weights, read, bias)
    if (weight !== 1) for (let i = 0; i < bias.length; i++) bias[i] = before[i] + weight * (bias[i] - before[i])
  }
}
