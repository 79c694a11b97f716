// The presets of effort: within their bounds, told apart, and sound without held-out rows.
import { expect, it } from 'vitest'
import { defaultRecipe } from '../protocol/recipe.ts'
import { trainingOptions } from '../protocol/training.ts'
import { effortOf, efforts, stepKey, withEffort } from './efforts.ts'
import { recipeProblems } from './recipeEdits.ts'

const recipe = defaultRecipe()

it('makes runs of growing length that the options allow', () => {
  for (const rows of [3, 480, 100_000]) {
    const made = efforts.map((e) => withEffort(recipe, e, rows))
    const steps = made.map((r) => r.training.steps)
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
    expect(new Set(steps).size).toBe(3)
    for (const r of made) expect(recipeProblems(r, [])).toEqual([])
    expect(made.map((r) => effortOf(r, rows))).toEqual([...efforts])
    expect(Object.keys(made[0].training).toSorted()).toEqual(Object.keys(trainingOptions).toSorted())
  }
})

it('reads the passes off the rows: half of one, three, ten', () => {
  expect(efforts.map((e) => withEffort(recipe, e, 800).training.steps)).toEqual([45, 270, 900])
})

it('is no effort once a person changes what it set', () => {
  const quick = withEffort(recipe, 'quick', 480)
  expect(effortOf({ ...quick, training: { ...quick.training, learning_rate: 0.5 } }, 480)).toBe('quick')
  expect(effortOf({ ...quick, training: { ...quick.training, steps: 33 } }, 480)).toBeUndefined()
})

it('keeps no best where nothing is held out', () => {
  const { training } = withEffort({ ...recipe, data: { ...recipe.data, validation: 0 } }, 'thorough', 480)
  expect([training.early_stopping_patience, training.load_best_model_at_end]).toEqual([0, false])
})

it('knows that a step takes as long whatever the effort', () => {
  expect(new Set(efforts.map((e) => stepKey(withEffort(recipe, e, 480)))).size).toBe(1)
  expect(stepKey({ ...recipe, training: { ...recipe.training, batch_size: 4 } })).not.toBe(stepKey(recipe))
})
