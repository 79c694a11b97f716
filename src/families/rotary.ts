// Rotary position tables (RoFormer, https://arxiv.org/abs/2104.09864) with the scalings of transformers' modeling_rope_utils.
// Computed here in double precision, because WGSL promises sin and cos to 2⁻¹¹ only.
import { Fault } from '../protocol/failure.ts'
import type { JsonObject } from '../protocol/record.ts'

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
  readonly scaling: JsonObject
}

/** Both layouts of config.json: v5's `rope_parameters`, and `rope_theta` + `rope_scaling` before it, which has priority. */
function settings(json: JsonObject, theta: number): Settings {
  const scaling = (json['rope_scaling'] ?? json['rope_parameters'] ?? {}) as JsonObject
  const type = String(scaling['rope_type'] ?? scaling['type'] ?? 'default')
  return { theta: Number(scaling['rope_theta'] ?? json['rope_theta'] ?? theta), type: type === 'su' ? 'longrope' : type, scaling }
}

const f32 = Math.fround

export interface RotaryDefaults {
  readonly name?: string
  /** Where the config names none. */
  readonly theta?: number
  /** Share of a head that is rotated, where the config names none; unsaid, the family rotates all of it, whatever the config says. */
  readonly share?: number
}

export function rotaryTable(json: JsonObject, headSize: number, { name = 'rotary', theta: usual = 10_000, share: part }: RotaryDefaults = {}): RotaryTable {
  const { theta, type, scaling } = settings(json, usual)
  const share = part === undefined ? headSize : Math.trunc(headSize * Number(scaling['partial_rotary_factor'] ?? part))
  // transformers rounds an odd share up, and its exponents do not notice.
  const rotary = share + (share % 2)
  if (rotary < 2 || rotary > headSize) throw new Fault('bad-model', `config.json asks to rotate ${share} of the ${headSize} numbers of a head, which pairs of numbers cannot do.`, 'Use an unmodified checkpoint.')
  // Every operation is rounded to f32, as transformers' are: what is lost there grows with the position.
  const periods = Float32Array.from({ length: rotary / 2 }, (_, i) => f32(theta) ** f32((2 * i) / share))
  const plain = periods.map((period) => 1 / period)
  const missing = (key: string): Fault => new Fault('bad-model', `config.json asks for ${type} rotary scaling without ${key}.`, 'Use an unmodified checkpoint.')
  const required = (key: string): number => {
    const v = scaling[key]
    if (typeof v !== 'number') throw missing(key)
    return v
  }
  const table = (frequencies: Float32Array, magnitude = 1): RotaryTable => ({ name, rotary, frequencies, magnitude })
  const context = Number(json['max_position_embeddings'])
  const original = Number(json['original_max_position_embeddings'] ?? scaling['original_max_position_embeddings'] ?? context)
  /** Unsaid, it is how much longer texts have become. */
  const stretch = typeof scaling['factor'] === 'number' ? scaling['factor'] : context / original
  switch (type) {
    case 'default':
      return table(plain)
    // Stretches only what is longer than the context, and no text is.
    case 'dynamic':
      return table(plain)
    case 'linear': {
      const factor = required('factor')
      return table(plain.map((f) => f / factor))
    }
    case 'llama3':
      return table(llama3(plain, original, required))
    case 'yarn':
      return table(yarn(periods, theta, share, stretch, original, scaling), yarnMagnitude(scaling, stretch))
    case 'longrope': {
      const factors = scaling['short_factor']
      if (!Array.isArray(factors) || factors.length !== periods.length) throw missing(`a short_factor of ${periods.length} numbers`)
      const magnitude = stretch <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(original))
      return table(periods.map((period, i) => 1 / f32(f32(Number(factors[i])) * period)), typeof scaling['attention_factor'] === 'number' ? scaling['attention_factor'] : magnitude)
    }
    default:
      throw new Fault('bad-model', `Rotary scaling “${type}” cannot be run; default, linear, dynamic, llama3, yarn and longrope can.`, 'Choose a model with one of these.')
  }
}

/** Tokens of the longest text: longrope turns longer ones by other frequencies, which nothing here asks for. */
export function rotaryContext(json: JsonObject, contextLength: number): number {
  const { type, scaling } = settings(json, 0)
  return type === 'longrope' ? Math.min(contextLength, Number(json['original_max_position_embeddings'] ?? scaling['original_max_position_embeddings'] ?? contextLength)) : contextLength
}

function llama3(frequencies: Float32Array, original: number, required: (key: string) => number): Float32Array {
  const [factor, low, high] = [required('factor'), required('low_freq_factor'), required('high_freq_factor')]
  return frequencies.map((f) => {
    const wavelength = f32(f32(2 * Math.PI) / f)
    if (wavelength > original / low) return f / factor
    if (wavelength < original / high) return f
    const smooth = f32(f32(f32(original / wavelength) - low) / f32(high - low))
    return f32(f32(f32(1 - smooth) * f) / factor) + f32(smooth * f)
  })
}

/** YaRN, https://arxiv.org/abs/2309.00071 */
function yarn(periods: Float32Array, theta: number, rotary: number, factor: number, original: number, scaling: JsonObject): Float32Array {
  const dimensionOf = (rotations: number): number => (rotary * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(theta))
  let low = dimensionOf(Number(scaling['beta_fast'] || 32))
  let high = dimensionOf(Number(scaling['beta_slow'] || 1))
  if (scaling['truncate'] !== false) [low, high] = [Math.floor(low), Math.ceil(high)]
  low = Math.max(low, 0)
  high = Math.min(high, rotary - 1)
  if (low === high) high += 0.001
  return periods.map((period, i) => {
    const kept = f32(1 - Math.min(1, Math.max(0, f32(f32(i - low) / f32(high - low)))))
    return f32(f32(1 / f32(f32(factor) * period)) * f32(1 - kept)) + f32(f32(1 / period) * kept)
  })
}

function yarnMagnitude(scaling: JsonObject, factor: number): number {
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
