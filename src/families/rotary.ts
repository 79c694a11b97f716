// Rotary position tables (RoFormer, https://arxiv.org/abs/2104.09864) with the scalings of transformers' modeling_rope_utils.
// Computed here in double precision, because WGSL promises sin and cos to 2⁻¹¹ only.
import { Fault } from '../protocol/failure.ts'
import type { Json } from './family.ts'

export interface RotaryTable {
  /** Identifies the table among others of one model. */
  readonly name: string
  /** Dimensions of a head that are rotated; the rest pass through. */
  readonly rotary: number
  /** Radians per position, (rotary / 2); rounded to f32 as transformers keeps them. */
  readonly frequencies: Float32Array
  /** Multiplies cos and sin (yarn, longrope). */
  readonly magnitude: number
}

interface Settings {
  readonly theta: number
  readonly type: string
  readonly scaling: Json
}

/** Both layouts of config.json: v5's `rope_parameters`, and `rope_theta` + `rope_scaling` before it. */
function settings(json: Json): Settings {
  const v5 = json['rope_parameters'] as Json | undefined | null
  const scaling = v5 ?? (json['rope_scaling'] as Json | undefined | null) ?? {}
  const theta = scaling['rope_theta'] ?? json['rope_theta'] ?? 10_000
  return { theta: Number(theta), type: String(scaling['rope_type'] ?? scaling['type'] ?? 'default'), scaling }
}

export function rotaryTable(json: Json, headSize: number, name = 'rotary'): RotaryTable {
  const { theta, type, scaling } = settings(json)
  const partial = Number(scaling['partial_rotary_factor'] ?? json['partial_rotary_factor'] ?? 1)
  const rotary = Math.trunc(headSize * partial)
  const plain = Float64Array.from({ length: rotary / 2 }, (_, i) => Math.fround(theta ** -((2 * i) / rotary)))
  const required = (key: string): number => {
    const v = scaling[key]
    if (typeof v !== 'number') throw new Fault('bad-model', `config.json asks for ${type} rotary scaling without ${key}.`, 'Use an unmodified checkpoint.')
    return v
  }
  const table = (frequencies: Float64Array, magnitude = 1): RotaryTable => ({ name, rotary, frequencies: Float32Array.from(frequencies), magnitude })
  switch (type) {
    case 'default':
      return table(plain)
    case 'linear':
      return table(plain.map((f) => f / required('factor')))
    case 'llama3':
      return table(llama3(plain, required))
    case 'yarn': {
      const original = Number(scaling['original_max_position_embeddings'] ?? json['max_position_embeddings'])
      return table(yarn(plain, theta, rotary, required('factor'), original, scaling), yarnMagnitude(scaling, required('factor')))
    }
    default:
      throw new Fault('bad-model', `Rotary scaling “${type}” cannot be run; default, linear, llama3 and yarn can.`, 'Choose a model with one of these.')
  }
}

function llama3(frequencies: Float64Array, required: (key: string) => number): Float64Array {
  const [factor, low, high, old] = [required('factor'), required('low_freq_factor'), required('high_freq_factor'), required('original_max_position_embeddings')]
  return frequencies.map((f) => {
    const wavelength = (2 * Math.PI) / f
    if (wavelength > old / low) return f / factor
    if (wavelength < old / high) return f
    const smooth = (old / wavelength - low) / (high - low)
    return ((1 - smooth) * f) / factor + smooth * f
  })
}

/** YaRN, https://arxiv.org/abs/2309.00071 */
function yarn(plain: Float64Array, theta: number, rotary: number, factor: number, original: number, scaling: Json): Float64Array {
  const dimensionOf = (rotations: number): number => (rotary * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(theta))
  const truncate = scaling['truncate'] !== false
  let low = dimensionOf(Number(scaling['beta_fast'] ?? 32))
  let high = dimensionOf(Number(scaling['beta_slow'] ?? 1))
  if (truncate) [low, high] = [Math.floor(low), Math.ceil(high)]
  low = Math.max(low, 0)
  high = Math.min(high, rotary - 1)
  if (low === high) high += 0.001
  return plain.map((f, i) => {
    const ramp = Math.min(1, Math.max(0, (i - low) / (high - low)))
    return (f / factor) * ramp + f * (1 - ramp)
  })
}

function yarnMagnitude(scaling: Json, factor: number): number {
  if (typeof scaling['attention_factor'] === 'number') return scaling['attention_factor']
  const scale = (m: number): number => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1)
  const [mscale, all] = [scaling['mscale'], scaling['mscale_all_dim']]
  return typeof mscale === 'number' && typeof all === 'number' && mscale && all ? scale(mscale) / scale(all) : scale(1)
}

/** cos and sin for positions 0 … count−1, each (count, rotary / 2). */
export function rotaryValues(t: RotaryTable, count: number): { cos: Float32Array; sin: Float32Array } {
  const half = t.frequencies.length
  const cos = new Float32Array(count * half)
  const sin = new Float32Array(count * half)
  for (let p = 0; p < count; p++)
    for (let i = 0; i < half; i++) {
      const angle = p * t.frequencies[i]
      cos[p * half + i] = Math.cos(angle) * t.magnitude
      sin[p * half + i] = Math.sin(angle) * t.magnitude
    }
  return { cos, sin }
}
