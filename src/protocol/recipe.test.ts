// The base of a recipe, in each of its three sources.
import { describe, expect, it } from 'vitest'
import { readRecipe } from './recipe.ts'

describe('the base of a recipe', () => {
  it('may be a model of the Hub, with or without a revision', () => {
    const base = { source: 'hub', id: 'org/name', revision: 'refs/pr/1' }
    expect(readRecipe({ base }).base).toEqual(base)
    expect(readRecipe({ base: { source: 'hub', id: 'gpt2' } }).base).toEqual({ source: 'hub', id: 'gpt2' })
  })
  it('has a revision there only, and as text', () => {
    for (const base of [
      { source: 'folder', id: 'x', revision: 'main' },
      { source: 'hub', id: 'x', revision: 3 },
    ])
      expect(() => readRecipe({ base })).toThrow('base.revision is the name of a branch')
    expect(() => readRecipe({ base: { source: 'web', id: 'x' } })).toThrow('base.source must be one of builtin, folder, hub')
  })
  it('may be quantised, in bitsandbytes’ words', () => {
    const base = { source: 'folder', id: 'x', quantization: 'nf4', bnb_4bit_use_double_quant: true }
    expect(readRecipe({ base }).base).toEqual(base)
    expect(() => readRecipe({ base: { ...base, quantization: 'int8' } })).toThrow('base.bnb_4bit_use_double_quant needs base.quantization to be nf4.')
    expect(() => readRecipe({ base: { ...base, quantization: 'fp4' } })).toThrow('base.quantization must be one of none, int8, nf4; found "fp4".')
    expect(() => readRecipe({ base: { ...base, bnb_4bit_use_double_quant: 'yes' } })).toThrow('base.bnb_4bit_use_double_quant must be true or false')
  })
})
