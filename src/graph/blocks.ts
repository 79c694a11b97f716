// Storage types that keep a frozen matrix in blocks of few bits with a scale each, and where their parts lie in a buffer.
// Blocks run over the matrix as it is stored, row after row. Codes come first, whole blocks; behind them the scales. Where
// codes stand for values of a table, that lies before them.
import { sizeOf, type Shape } from './shape.ts'

/**
 * - `int8`: 8 bits in blocks of 64, each with a float scale, absmax / 127
 * - `nf4`: 4 bits in blocks of 64, each with its absmax as a float (QLoRA, https://arxiv.org/abs/2305.14314)
 * - `nf4_double`: the same, with the absmax in 8 bits in blocks of 256, as bitsandbytes' double quantisation
 * - the others: blocks of GGUF files, https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h
 */
const types = {
  int8: { block: 64, words: 16, scale: 'f32' },
  nf4: { block: 64, words: 8, scale: 'f32' },
  nf4_double: { block: 64, words: 8, scale: 'nested' },
  q8_0: { block: 32, words: 8, scale: 'f16' },
  q4_0: { block: 32, words: 4, scale: 'f16' },
  // Scales among the codes, as in the file.
  q4_k: { block: 256, words: 36, scale: 'inside' },
  q6_k: { block: 256, words: 53, scale: 'inside' },
} as const satisfies Record<string, { block: number; words: number; scale: 'f32' | 'f16' | 'nested' | 'inside' }>

export type BlockType = keyof typeof types

export const blockTypes: Readonly<Record<BlockType, { readonly block: number; readonly words: number; readonly scale: 'f32' | 'f16' | 'nested' | 'inside' }>> = types

export const isBlockType = (dtype: string): dtype is BlockType => Object.hasOwn(types, dtype)

/** How many scales of a double quantisation share one of their own, and how many values their codes stand for. */
export const NESTED = { block: 256, codes: 256 } as const

/** Values of NF4, first in the buffer: reading one there costs a GPU less than choosing among sixteen. */
const NF4_VALUES = 16

/** Where codes begin, behind the values that they stand for. Offsets are words of 32 bits. */
export const codesAt = (type: BlockType): number => (type === 'nf4' ? NF4_VALUES : type === 'nf4_double' ? NF4_VALUES + NESTED.codes : 0)

export interface BlockLayout {
  readonly blocks: number
  readonly codes: number
  readonly scales: number
  /** Of a double quantisation: the values of the scales' codes, the scales' own scales, and their mean. */
  readonly values: number
  readonly nested: number
  readonly mean: number
  readonly words: number
}

export function blockLayout(type: BlockType, shape: Shape): BlockLayout {
  const { block, words, scale } = types[type]
  const blocks = Math.ceil(sizeOf(shape) / block)
  const codes = codesAt(type)
  const scales = codes + blocks * words
  const nested = scales + { f32: blocks, f16: Math.ceil(blocks / 2), nested: Math.ceil(blocks / 4), inside: 0 }[scale]
  const mean = nested + (scale === 'nested' ? Math.ceil(blocks / NESTED.block) : 0)
  return { blocks, codes, scales, values: NF4_VALUES, nested, mean, words: mean + (scale === 'nested' ? 1 : 0) }
}
