// How a recipe's words become types on the GPU, and words for people.
import { expect, it } from 'vitest'
import { defaultRecipe } from '../protocol/recipe.ts'
import { recipeFacts } from './exportRun.ts'
import { isKeptAlike, keptAs, keptWords } from './keptAs.ts'

it.each([
  [{}, {}, undefined],
  [{ quantization: 'none', dtype: 'auto' }, {}, undefined],
  [{ quantization: 'int8' }, { quantization: 'int8' }, 'linear layers in 8 bits (int8)'],
  [{ quantization: 'nf4', bnb_4bit_use_double_quant: false }, { quantization: 'nf4' }, 'linear layers in 4 bits (NF4, QLoRA)'],
  [{ quantization: 'nf4', bnb_4bit_use_double_quant: true, dtype: 'bfloat16' }, { quantization: 'nf4_double', floats: 'bf16' }, 'linear layers in 4 bits (NF4, QLoRA) with double quantisation, other matrices in bfloat16'],
  [{ dtype: 'float16' }, { floats: 'f16' }, 'matrices in float16'],
])('%j', (options, kept, words) => {
  expect(keptAs(options)).toEqual(kept)
  expect(keptWords(options)).toBe(words)
  const { base, ...recipe } = defaultRecipe()
  expect(recipeFacts({ ...recipe, base: { ...base, ...options } }, 'test').keptAs).toBe(words)
})

it('tells what is kept alike', () => {
  expect(isKeptAlike({ quantization: 'nf4' }, { quantization: 'nf4' })).toBe(true)
  expect(isKeptAlike({ quantization: 'nf4' }, { quantization: 'nf4', floats: 'bf16' })).toBe(false)
  expect(isKeptAlike({}, { quantization: 'int8' })).toBe(false)
})
