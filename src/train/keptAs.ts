// How a recipe has the base's frozen matrices kept on the GPU.
import type { Quantized } from '../graph/packBlocks.ts'
import { baseOptions, type BaseOptions } from '../protocol/baseOptions.ts'

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

/** For people; undefined where all is as in the file. */
export function keptWords({ quantization, bnb_4bit_use_double_quant: double, dtype }: Partial<BaseOptions>): string | undefined {
  const label = (name: 'quantization' | 'dtype', value: string | undefined): string | undefined =>
    value === undefined || value === baseOptions[name].default ? undefined : baseOptions[name].choices.find((c) => c.value === value)?.label
  const linear = label('quantization', quantization)
  const others = label('dtype', dtype)
  const words = [linear && `linear layers in ${linear}${double ? ' with double quantisation' : ''}`, others && `${linear ? 'other ' : ''}matrices in ${others}`].filter(Boolean)
  return words.length > 0 ? words.join(', ') : undefined
}
