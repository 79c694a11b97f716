// What train.py could not repeat is refused before anything is written; what it can repeat is checked against Python.
import { expect, it } from 'vitest'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import { openModel } from './base.ts'
import { exportScript } from './exportScript.ts'

it.each([{ quantization: 'nf4' }, { quantization: 'int8' }, { dtype: 'bfloat16' }])('refuses a base kept with %j', async (kept) => {
  const recipe: Recipe = { ...defaultRecipe(), base: { source: 'folder', id: 'llama', ...kept } }
  await expect(exportScript(openModel(await goldenModel('llama')), recipe, [])).rejects.toThrow('this run keeps its frozen weights in fewer bits')
})
