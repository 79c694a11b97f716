// Edits of the recipe, and the problems that keep it from running.
import { describe, expect, it } from 'vitest'
import { defaultRecipe, readRecipe, type Recipe } from '../protocol/recipe.ts'
import type { MethodInfo, MethodPreset } from '../protocol/methods.ts'
import { dataKey, planKey, presetOf, recipeProblems, remedied, withBase, withBaseOption, withMethodOption, withMethods, withTraining } from './recipeEdits.ts'

const method = (id: string, rate: number): MethodInfo => ({
  id,
  label: id,
  group: 'Low rank',
  summary: '',
  paper: '',
  defaultLearningRate: rate,
  options: { r: { kind: 'number', default: 8, min: 1, max: 64, integer: true, label: 'r', help: '' } },
})
const methods = [method('lora', 0.001), method('other', 0.5)]
const both: MethodPreset = {
  id: 'both',
  label: 'Both',
  summary: '',
  paper: '',
  methods: [{ id: 'other', options: { r: 3 } }, { id: 'lora', options: {} }],
  defaultLearningRate: 0.02,
}
const catalogue = { methods, presets: [both] }
const chosen = (id: string): { id: string; options: {} }[] => [{ id, options: {} }]

describe('recipe edits', () => {
  it('brings the learning rate along when the method changes', () => {
    const recipe = withMethods(defaultRecipe(), chosen('other'), catalogue)
    expect(recipe.methods).toEqual([{ id: 'other', options: { r: 8 } }])
    expect(recipe.training.learning_rate).toBe(0.5)
  })

  it('keeps a learning rate of the person’s own', () => {
    const own = withTraining(defaultRecipe(), 'learning_rate', 0.003)
    expect(withMethods(own, chosen('other'), catalogue).training.learning_rate).toBe(0.003)
  })

  it('says how frozen weights are kept only where that is not as in the file, and keeps it for another base', () => {
    const nf4 = withBaseOption(defaultRecipe(), 'quantization', 'nf4')
    expect(nf4.base).toEqual({ source: 'builtin', id: 'starter', quantization: 'nf4' })
    const double = withBaseOption(nf4, 'bnb_4bit_use_double_quant', true)
    expect(withBase(double, { source: 'hub', id: 'org/name' }).base).toEqual({ source: 'hub', id: 'org/name', quantization: 'nf4', bnb_4bit_use_double_quant: true })
    expect(withBaseOption(double, 'quantization', 'int8').base).toEqual({ source: 'builtin', id: 'starter', quantization: 'int8' })
    expect(withBaseOption(double, 'quantization', 'none').base).toEqual(defaultRecipe().base)
    expect(withBaseOption(withBaseOption(double, 'dtype', 'bfloat16'), 'dtype', 'auto')).toEqual(double)
    expect(planKey(nf4)).not.toBe(planKey(double))
  })

  it('gives a free list the smallest of its rates, and a preset its own', () => {
    const free = withMethods(defaultRecipe(), [...chosen('other'), ...chosen('lora')], catalogue)
    expect(free.training.learning_rate).toBe(0.001)
    expect(presetOf(free.methods, catalogue)).toBeUndefined()
    const preset = withMethods(defaultRecipe(), both.methods, catalogue)
    expect(preset.training.learning_rate).toBe(0.02)
    expect(presetOf(preset.methods, catalogue)).toBe(both)
    // What the preset leaves open may be changed, what it sets makes it what it is.
    expect(presetOf(withMethodOption(preset, 1, 'r', 9).methods, catalogue)).toBe(both)
    expect(presetOf(withMethodOption(preset, 0, 'r', 9).methods, catalogue)).toBeUndefined()
    expect(presetOf(preset.methods.toReversed(), catalogue)).toBeUndefined()
  })

  it('takes a remedy', () => {
    const two = withMethods(defaultRecipe(), [...chosen('lora'), ...chosen('other')], catalogue)
    const ids = (recipe: Recipe): string[] => recipe.methods.map((m) => m.id)
    expect(ids(remedied(two, { kind: 'without', method: 'lora' }, catalogue))).toEqual(['other'])
    expect(ids(remedied(two, { kind: 'instead', of: 'lora', use: 'other' }, catalogue))).toEqual(['other'])
    const one = remedied(defaultRecipe(), { kind: 'instead', of: 'lora', use: 'other' }, catalogue)
    expect(one.methods).toEqual([{ id: 'other', options: { r: 8 } }])
    expect(one.training.learning_rate).toBe(0.5)
    expect(remedied(two, { kind: 'option', method: 'other', name: 'r', value: 5 }, catalogue).methods[1]?.options).toEqual({ r: 5 })
    expect(remedied(two, { kind: 'option', name: 'r', value: 5 }, catalogue).methods.map((m) => m.options['r'])).toEqual([5, 8])
    expect(remedied(two, { kind: 'training', name: 'packing', value: false }, catalogue).training.packing).toBe(false)
  })

  it('edits one method of a list and keeps the others', () => {
    const two = {
      ...defaultRecipe(),
      methods: [
        { id: 'lora', options: {} },
        { id: 'other', options: { r: 2 } },
      ],
    }
    const edited = withMethodOption(two, 0, 'r', 4)
    expect(edited.methods).toEqual([
      { id: 'lora', options: { r: 4 } },
      { id: 'other', options: { r: 2 } },
    ])
  })

  it('lists every problem as a sentence', () => {
    expect(recipeProblems(defaultRecipe(), methods)).toEqual([])
    const wrong = withMethodOption(withTraining(defaultRecipe(), 'steps', Number.NaN), 0, 'r', 400)
    expect(recipeProblems(wrong, methods)).toEqual([
      'Steps must be a number, found null.',
      'r must be between 1 and 64, found 400.',
    ])
    expect(recipeProblems({ ...defaultRecipe(), methods: [{ id: 'x', options: {} }] }, methods)[0]).toContain(
      'known ones are lora, other',
    )
  })

  it('plans again for rank, not for the learning rate; reads again for the length, not for the rank', () => {
    const recipe = defaultRecipe()
    expect(planKey(withTraining(recipe, 'learning_rate', 1))).toBe(planKey(recipe))
    expect(planKey(withMethodOption(recipe, 0, 'r', 2))).not.toBe(planKey(recipe))
    expect(dataKey(withMethodOption(recipe, 0, 'r', 2))).toBe(dataKey(recipe))
    expect(dataKey(withTraining(recipe, 'max_length', 9))).not.toBe(dataKey(recipe))
  })

  it('survives a save and an open', () => {
    const recipe = withMethodOption(withTraining(defaultRecipe(), 'steps', 7), 0, 'r', 3)
    expect(readRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe)
  })
})
