// Several LoRA adapters of one base as one LoRA adapter: what peft 0.21's `add_weighted_adapter` makes, in all its ways.
// - cat: ranks add up, and the result is exactly Σ weight · update;
// - svd: the best approximation of that sum with a given rank;
// - linear: A and B are summed apart, which is rough, since the product has terms of one's A with another's B;
// - ties, dare_linear, dare_ties, magnitude_prune: A and B are thinned out and summed apart; with _svd the updates themselves are.
// Three things differ from PEFT. The result's scaling is 1: PEFT keeps the first adapter's use_rslora and is √r too strong then.
// Biases and saved modules that only one adapter has stay with the result, where PEFT loses them. The svd of a thinned-out
// update whose smaller side is over 1024 is found by subspace iteration, not exactly.
import type { Adapter } from '../files/adapter.ts'
import { product } from '../lib/matrix.ts'
import { streamOf, uniform } from '../lib/rng.ts'
import { truncated } from '../lib/svd.ts'
import { Fault } from '../protocol/failure.ts'
import { signConsensus, weightedSum, type MajoritySignMethod } from './addUpdates.ts'
import { combinedConfig, othersOf } from './combinedConfig.ts'
import { derivedCard } from './derivedCard.ts'
import { factorTensors, readLora, type LoraAdapter, type LoraModule } from './loraAdapter.ts'
import { decomposeProduct, padded, type Factors } from './lowRank.ts'
import { keepLargest, keepRandom } from './sparsify.ts'

const FACTORWISE = ['linear', 'ties', 'dare_linear', 'dare_ties', 'magnitude_prune'] as const
export const COMBINATION_TYPES = ['cat', 'svd', ...FACTORWISE, 'ties_svd', 'dare_linear_svd', 'dare_ties_svd', 'magnitude_prune_svd'] as const
export type CombinationType = (typeof COMBINATION_TYPES)[number]

/** Names are PEFT's. */
export interface CombineOptions {
  readonly combination_type: CombinationType
  /** One for each adapter; may be negative. */
  readonly weights: readonly number[]
  /** Rank of the result of svd types; the largest of the adapters' when absent. */
  readonly svd_rank?: number
  /** Share of values that stay, above 0 and at most 1: needed by ties, dare and magnitude_prune types. */
  readonly density?: number
  /** For ties types; total when absent. */
  readonly majority_sign_method?: MajoritySignMethod
  /** Of DARE's random choice. */
  readonly seed?: number
  /** DARE's choice itself, in place of the random one: whether value i of an adapter's tensor stays. Tensors are `path.A`, `path.B`, or `path` for whole updates (out, in). */
  readonly keep?: (adapter: number, tensor: string, i: number) => boolean
  /** Called after every layer, since svd types may take minutes on large models. */
  readonly onProgress?: (done: number, total: number) => void
}

/** A side up to which the exact decomposition of a dense update takes seconds. */
const EXACT_SVD = 1024
/** Rounds of subspace iteration beyond: enough for 99.9 % of the energy that the exact one keeps of a DARE update. */
const ROUNDS = 4

/** An ordinary PEFT LoRA adapter. Throws `bad-adapter` or `bad-recipe` for what PEFT refuses too, and for what would be wrong without a word. */
export function combine(given: readonly Adapter[], options: CombineOptions): Adapter {
  const adapters = given.map(readLora)
  const { weights } = options
  // As in PEFT: there is nothing to elect or to decompose with one adapter alone.
  const type = adapters.length === 1 ? 'linear' : options.combination_type
  check(adapters, type, options)
  const rank = resultRank(adapters, type, options.svd_rank)
  const paths = [...new Set(adapters.flatMap((a) => [...a.modules.keys()]))]
  const modules = paths.map((path, done) => {
    const found = adapters.flatMap((a, i) => (a.modules.has(path) ? [{ i, module: a.modules.get(path)!, weight: weights[i] }] : []))
    const [{ module }] = found
    checkShapes(found.map((f) => f.module))
    const factors = combineModule(found, type, rank, options)
    options.onProgress?.(done + 1, paths.length)
    return { path, kind: module.kind, rank, in: module.in, out: module.out, ...factors }
  })
  return {
    config: combinedConfig(adapters, paths, rank),
    tensors: new Map([...factorTensors(modules), ...othersOf(adapters, new Set(paths))]),
    card: derivedCard(adapters[0].config['base_model_name_or_path'], `A LoRA adapter combined from ${adapters.length} with Tunesmith:`, settingsOf(type, options)),
  }
}

interface Part {
  /** Place of its adapter. */
  readonly i: number
  readonly module: LoraModule
  readonly weight: number
}

function combineModule(parts: readonly Part[], type: CombinationType, rank: number, options: CombineOptions): Factors {
  const { in: inputs, out, path } = parts[0].module
  if (type === 'cat' || type === 'svd') {
    const { a, b, r } = side(parts)
    return type === 'cat' ? padded(b, a, out, r, inputs, rank) : decomposeProduct(b, a, out, r, inputs).keep(rank)
  }
  if ((FACTORWISE as readonly string[]).includes(type)) {
    const strengths = parts.map(({ module, weight }) => weight * module.scaling)
    // The root of the strength goes to either factor, its sign to A alone.
    const a = addUp(parts.map((p) => p.module.a), strengths.map((s) => Math.sqrt(Math.abs(s)) * (s < 0 ? -1 : 1)), type, `${path}.A`, parts, options)
    const b = addUp(parts.map((p) => p.module.b), strengths.map((s) => Math.sqrt(Math.abs(s))), type, `${path}.B`, parts, options)
    return padded(b, a, out, parts[0].module.rank, inputs, rank)
  }
  const whole = Float64Array.from(addUp(parts.map((p) => updateOf(p.module)), parts.map((p) => p.weight), type, path, parts, options))
  const most = Math.min(rank, out, inputs)
  const { u, s, vt } = truncated(whole, out, inputs, most, Math.min(out, inputs) > EXACT_SVD ? { iterations: ROUNDS } : {})
  return padded(u.map((x, at) => x * s[at % most]), vt, out, most, inputs, rank)
}

/** The weighted updates side by side: b (out, r) · a (r, in) is their sum. */
function side(parts: readonly Part[]): { a: Float64Array; b: Float64Array; r: number } {
  const { in: inputs, out } = parts[0].module
  const r = parts.reduce((n, p) => n + p.module.rank, 0)
  const a = new Float64Array(r * inputs)
  const b = new Float64Array(out * r)
  let at = 0
  for (const { module, weight } of parts) {
    a.set(module.a.map((x) => x * weight * module.scaling), at * inputs)
    for (let o = 0; o < out; o++) for (let k = 0; k < module.rank; k++) b[o * r + at + k] = module.b[o * module.rank + k]
    at += module.rank
  }
  return { a, b, r }
}

/** scaling · b · a, (out, in) */
function updateOf({ a, b, rank, in: inputs, out, scaling }: LoraModule): Float32Array {
  return Float32Array.from(product(Float64Array.from(b), Float64Array.from(a), out, rank, inputs), (x) => x * scaling)
}

function addUp(updates: readonly Float32Array[], weights: readonly number[], type: CombinationType, tensor: string, parts: readonly Part[], options: CombineOptions): Float32Array {
  const { density = 1, seed = 0 } = options
  const keep = options.keep ?? ((adapter: number, name: string, i: number) => uniform(seed, streamOf(`${adapter}:${name}`), i) < density)
  const kept = updates.map((x, t) => {
    if (type === 'linear') return x
    return type.startsWith('dare') ? keepRandom(x, density, (i) => keep(parts[t].i, tensor, i)) : keepLargest(x, density)
  })
  return type.includes('ties') ? signConsensus(kept, weights, options.majority_sign_method ?? 'total') : weightedSum(kept, weights)
}

const largestRank = (a: LoraAdapter): number => Math.max(...[...a.modules.values()].map((m) => m.rank))

function resultRank(adapters: readonly LoraAdapter[], type: CombinationType, svdRank: number | undefined): number {
  const ranks = adapters.map(largestRank)
  if (type === 'cat') return ranks.reduce((n, r) => n + r, 0)
  return type.endsWith('svd') ? (svdRank ?? Math.max(...ranks)) : Math.max(...ranks)
}

function check(adapters: readonly LoraAdapter[], type: CombinationType, { weights, density, svd_rank: rank }: CombineOptions): void {
  const wrong = (what: string, hint: string): Fault => new Fault('bad-recipe', what, hint)
  if (adapters.length === 0) throw wrong('No adapter was given to combine.', 'Choose two or more.')
  if (weights.length !== adapters.length || !weights.every(Number.isFinite)) throw wrong(`${adapters.length} adapters need as many weights, found ${weights.join(', ') || 'none'}.`, 'Give every adapter a weight.')
  if (/ties|dare|magnitude/.test(type) && !(density !== undefined && density > 0 && density <= 1))
    throw wrong(`${type} needs a density above 0 and at most 1, found ${density ?? 'none'}.`, 'Give the share of values that stay, such as 0.5.')
  if (rank !== undefined && !(Number.isInteger(rank) && rank >= 1)) throw wrong(`svd_rank must be a whole number of at least 1, found ${rank}.`, 'Leave it out for the largest rank of the adapters.')
  if (adapters.some((a) => a.config['use_dora'] === true))
    throw new Fault('bad-adapter', 'DoRA rescales the rows of the weights it is attached to, so its update alone cannot be added to others.', 'Merge it into the weights, or use adapters without DoRA.')
  const ranks = adapters.map(largestRank)
  if ((FACTORWISE as readonly string[]).includes(type) && new Set(ranks).size > 1)
    throw new Fault('bad-adapter', `${type} sums A and B apart, so all adapters need one rank; found ${ranks.join(', ')}.`, `Use ${type === 'linear' ? 'cat or svd' : `${type}_svd or cat`}, which take different ranks.`)
  for (const path of new Set(adapters.flatMap((a) => [...a.modules.keys()]))) {
    const found = adapters.flatMap((a) => a.modules.get(path)?.rank ?? [])
    if ((FACTORWISE as readonly string[]).includes(type) && new Set(found).size > 1)
      throw new Fault('bad-adapter', `${type} needs one rank for each layer; the adapters have ${found.join(', ')} on ${path}.`, 'Use cat or svd, which take different ranks.')
  }
}

function checkShapes(modules: readonly LoraModule[]): void {
  const [first] = modules
  const other = modules.find((m) => m.in !== first.in || m.out !== first.out || m.kind !== first.kind)
  if (other)
    throw new Fault('bad-adapter', `The adapters are not of one base: ${first.path} is [${first.out}, ${first.in}] in one and [${other.out}, ${other.in}] in another.`, 'Combine adapters of the same model.')
}

function settingsOf(type: CombinationType, { weights, density, majority_sign_method: sign, svd_rank: rank, seed = 0 }: CombineOptions): Record<string, unknown> {
  return {
    combination_type: type,
    weights,
    ...(/ties|dare|magnitude/.test(type) && { density }),
    ...(type.includes('ties') && { majority_sign_method: sign ?? 'total' }),
    ...(type.endsWith('svd') && rank !== undefined && { svd_rank: rank }),
    ...(type.startsWith('dare') && { seed }),
  }
}
