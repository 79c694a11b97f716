import { expect, it } from 'vitest'
import { defaultRecipe, readRecipe } from '../protocol/recipe.ts'
import { dataKey } from './recipeEdits.ts'
import { described, newName, tasksOf, withoutTasks, withTasks } from './taskEdits.ts'

const task = { name: 'desk', description: '', source: 'sample', id: 'desk' } as const
const several = withTasks({ ...defaultRecipe(), data: { ...defaultRecipe().data, source: 'file', id: 'rows.jsonl', test: 'test.jsonl', sha256: 'ab' } }, [task, { ...task, name: 'mine' }])

it('a recipe with tasks names no other dataset, and can be read', () => {
  expect(several.name).toBe('desk + mine')
  expect(several.data).toEqual({ ...defaultRecipe().data, source: 'sample', id: '', tasks: [task, { ...task, name: 'mine' }] })
  expect(readRecipe(JSON.parse(JSON.stringify(several)))).toEqual(several)
  expect(withoutTasks(several).data).toEqual({ ...defaultRecipe().data, id: '' })
  expect(tasksOf(defaultRecipe())).toEqual([])
})

it('names tasks after their files, each once', () => {
  expect(newName('folder/rows.train.jsonl', [])).toBe('rows.train')
  expect(newName('desk', [task])).toBe('desk 2')
  expect(newName('desk', [task, { ...task, name: 'desk 2' }])).toBe('desk 3')
})

it('does not render the data anew when only a description changes', () => {
  const other = { ...several, data: { ...several.data, tasks: described(tasksOf(several), 'mine', 'Sort.') } }
  expect(tasksOf(other).map((t) => t.description)).toEqual(['', 'Sort.'])
  expect(dataKey(other)).toBe(dataKey(several))
  expect(dataKey(withTasks(several, [task]))).not.toBe(dataKey(several))
})
