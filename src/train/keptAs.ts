// How a recipe has the base's frozen matrices kept on the GPU.
import type { Quantized } from '../graph/packBlocks.ts'
import type { BaseOptions } from '../protocol/baseOptions.ts'

/** What is unsaid stays as the file has it. */
export interface Kept {
  /** Of linear layers but the head. */
  readonly quantization?: Quantized
  /** Of other matrices. */
  readonly floats?: 'f16' | 'bf16'
}

export function keptAs({ quantization, bnb_4bit_use_double_quant: double, dtype }: Partial<BaseOptions>): Kept {
  const to = quantization === 'int8' ? 'int8' : quantization === 'nf4' ? (double ? 'nf4_double' : 'nf4') : undefined
  const floats = dtype === 'bfloat16' ? 'bf16' : dtype === 'float16' ? 'f16' : undefined
  return { ...(to && { quantization: to }), ...(floats && { floats }) }
}

export const isKeptAlike = (a: Kept, b: Kept): boolean => a.quantization === b.quantization && a.floats === b.floats
