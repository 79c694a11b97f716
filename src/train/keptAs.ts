// How a recipe has the base's frozen matrices kept on the GPU.
import type { Quantized } from '../graph/packBlocks.ts'
import type { Recipe } from '../protocol/recipe.ts'

/** Undefined: as their file has them. */
export function keptAs({ quantization, bnb_4bit_use_double_quant: double }: Recipe['base']): Quantized | undefined {
  if (quantization === 'int8') return 'int8'
  return quantization === 'nf4' ? (double ? 'nf4_double' : 'nf4') : undefined
}
