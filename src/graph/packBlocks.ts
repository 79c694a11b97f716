// Numbers to and from the blocks that a buffer holds: what the shaders that write and read blocks must agree with. Float32
// throughout, and no division whose rounding a GPU may choose, so that every device finds the same codes.
import { f16ToF32 } from '../lib/halfFloat.ts'
import { blockLayout, blockTypes, NESTED, type BlockType } from './blocks.ts'
import { dynamicEnds, dynamicValues, nf4Ends, nf4Values } from './codebooks.ts'

const { fround } = Math

/** Types that weights are brought into here; the others come as they are, in files. */
export type Quantized = 'int8' | 'nf4' | 'nf4_double'

/** 1 / 127 as a float. */
export const INT8_STEP = fround(1 / 127)

function absmax(values: Float32Array): number {
  let most = 0
  for (const v of values) most = Math.max(most, Math.abs(v))
  return most
}

/** The nearest multiple of the scale, −127 to 127; of two that are as near, the lower one. */
function int8Code(value: number, scale: number): number {
  if (!(scale > 0)) return 0
  let code = Math.max(-127, Math.min(127, Math.floor(value / scale + 0.5)))
  if (value > fround((code + 0.5) * scale)) code++
  if (value <= fround((code - 0.5) * scale)) code--
  return Math.max(-127, Math.min(127, code))
}

/** How many of the ends, scaled, lie below the value. */
function codeOf(value: number, scale: number, ends: readonly number[]): number {
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (value > fround(ends[middle] * scale)) low = middle + 1
    else high = middle
  }
  return low
}

/** Scales of a double quantisation as a buffer holds them: codes, their scales, and the mean. */
export function packScales(scales: Float32Array): Uint32Array<ArrayBuffer> {
  const count = scales.length
  const codeWords = Math.ceil(count / 4)
  const groups = Math.ceil(count / NESTED.block)
  const words = new Uint32Array(codeWords + groups + 1)
  const [codes, floats] = [new Uint8Array(words.buffer), new Float32Array(words.buffer)]
  let sum = 0
  for (const s of scales) sum += s
  const mean = fround(sum / count)
  const rest = scales.map((s) => s - mean)
  for (let g = 0; g < groups; g++) {
    const group = rest.subarray(g * NESTED.block, (g + 1) * NESTED.block)
    const most = absmax(group)
    floats[codeWords + g] = most
    group.forEach((r, i) => (codes[g * NESTED.block + i] = codeOf(r, most, dynamicEnds)))
  }
  floats[codeWords + groups] = mean
  return words
}

/** What a buffer begins with: the values that codes stand for. */
export const packValuesOf = (type: BlockType): Float32Array<ArrayBuffer> =>
  Float32Array.from(type === 'nf4' ? nf4Values : type === 'nf4_double' ? [...nf4Values, ...dynamicValues] : [])

/** @param values of a whole tensor */
export function packBlocks(values: Float32Array, type: Quantized): Uint8Array<ArrayBuffer> {
  const { block, words: perBlock, scale } = blockTypes[type]
  const layout = blockLayout(type, [values.length])
  const words = new Uint32Array(layout.words)
  const scales = new Float32Array(layout.blocks)
  for (let b = 0; b < layout.blocks; b++) {
    const found = values.subarray(b * block, (b + 1) * block)
    const most = absmax(found)
    scales[b] = type === 'int8' ? fround(most * INT8_STEP) : most
    const bits = 32 / (block / perBlock)
    // Past the end of the tensor the block is filled with zeros.
    for (let i = 0; i < block; i++) {
      const value = found[i] ?? 0
      const code = type === 'int8' ? int8Code(value, scales[b]) & 255 : codeOf(value, scales[b], nf4Ends)
      words[layout.codes + b * perBlock + Math.floor((i * bits) / 32)] |= code << ((i * bits) % 32)
    }
  }
  if (scale === 'nested') words.set(packScales(scales), layout.scales)
  else new Float32Array(words.buffer).set(scales, layout.scales)
  new Float32Array(words.buffer).set(packValuesOf(type))
  return new Uint8Array(words.buffer)
}

/** The values of a tensor of `count` elements from its buffer. */
export function unpackBlocks(bytes: Uint8Array, type: BlockType, count: number): Float32Array<ArrayBuffer> {
  const { block, words: perBlock, scale } = blockTypes[type]
  const layout = blockLayout(type, [count])
  const words = new Uint32Array(bytes.slice(0, layout.words * 4).buffer)
  const [floats, small] = [new Float32Array(words.buffer), new Uint8Array(words.buffer)]
  const half = (at: number): number => f16ToF32(Uint16Array.of(small[2 * at] | (small[2 * at + 1] << 8)))[0]
  const scaleOf = (b: number): number => {
    if (scale === 'f32') return floats[layout.scales + b]
    if (scale === 'f16') return half(2 * layout.scales + b)
    return fround(fround(floats[layout.values + small[4 * layout.scales + b]] * floats[layout.nested + Math.floor(b / NESTED.block)]) + floats[layout.mean])
  }
  const nibble = (b: number, i: number): number => (words[layout.codes + b * perBlock + (i >> 3)] >>> (4 * (i & 7))) & 15
  const signed = (at: number): number => (small[at] << 24) >> 24
  const valueOf = (b: number, i: number): number => {
    const at = 4 * b * perBlock
    switch (type) {
      case 'int8':
      case 'q8_0':
        return signed(at + i) * scaleOf(b)
      case 'nf4':
      case 'nf4_double':
        return nf4Values[nibble(b, i)] * scaleOf(b)
      case 'q4_0':
        return (nibble(b, i) - 8) * scaleOf(b)
      case 'q4_k': {
        const g = i >> 5
        const factor = g < 4 ? small[at + 4 + g] & 63 : (small[at + 8 + g] & 15) | ((small[at + g] >> 6) << 4)
        const least = g < 4 ? small[at + 8 + g] & 63 : (small[at + 8 + g] >> 4) | ((small[at + 4 + g] >> 6) << 4)
        const code = (small[at + 16 + (g >> 1) * 32 + (i & 31)] >> (4 * (g & 1))) & 15
        return fround(fround(half(at / 2) * factor) * code) - fround(half(at / 2 + 1) * least)
      }
      case 'q6_k': {
        const [part, quarter] = [i >> 7, (i >> 5) & 3]
        const low = (small[at + part * 64 + (i & 63)] >> (quarter < 2 ? 0 : 4)) & 15
        const high = (small[at + 128 + part * 32 + (i & 31)] >> (2 * quarter)) & 3
        return fround(half((at + 208) / 2) * signed(at + 192 + (i >> 4))) * ((low | (high << 4)) - 32)
      }
      default:
        return type satisfies never
    }
  }
  return Float32Array.from({ length: count }, (_, e) => valueOf(Math.floor(e / block), e % block))
}
