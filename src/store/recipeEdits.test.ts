// Edits of the recipe, and the problems that keep it from running.
import { describe, expect, it } from 'vitest'
import { defaultRecipe, readRecipe } from '../protocol/recipe.ts'
import type { MethodInfo } from '../protocol/studio.ts'
import { dataKey, methodOptions, planKey, recipeProblems, withMethod, withMethodOption, withTraining } from './recipeEdits.ts'

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

describe('recipe edits', () => {
  it('brings the learning rate along when the method changes', () => {
    const recipe = withMethod(defaultRecipe(), method('other', 0.5))
    expect(recipe.methods).toEqual([{ id: 'other', options: { r: 8 } }])
    expect(recipe.training.learning_rate).toBe(0.5)
  })

  it('edits the first method and keeps the others', () => {
    const two = {
      ...defaultRecipe(),
      methods: [
        { id: 'lora', options: {} },
        { id: 'other', options: { r: 2 } },
      ],
    }
    const edited = withMethodOption(two, 'r', 4)
    expect(edited.methods).toEqual([
      { id: 'lora', options: { r: 4 } },
      { id: 'other', options: { r: 2 } },
    ])
    expect(methodOptions(edited, method('lora', 1))).toEqual({ r: 4 })
  })

  it('lists every problem as a sentence', () => {
    expect(recipeProblems(defaultRecipe(), methods)).toEqual([])
    const wrong = withMethodOption(withTraining(defaultRecipe(), 'steps', Number.NaN), 'r', 400)
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
    expect(planKey(withMethodOption(recipe, 'r', 2))).not.toBe(planKey(recipe))
    expect(dataKey(withMethodOption(recipe, 'r', 2))).toBe(dataKey(recipe))
    expect(dataKey(withTraining(recipe, 'max_length', 9))).not.toBe(dataKey(recipe))
  })

  it('survives a save and an open', () => {
    const recipe = withMethodOption(withTraining(defaultRecipe(), 'steps', 7), 'r', 3)
    expect(readRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe)
  })
})
