import { describe, expect, it } from 'vitest'
import { readRecipe } from './recipe.ts'
import { wordings } from './tasks.ts'

const task = { name: 'desk', description: 'Sort messages.', source: 'sample', id: 'desk' }
const read = (data: unknown): unknown => readRecipe({ data }).data

describe('a recipe of several tasks', () => {
  it('keeps them, in order, and reads back what it wrote', () => {
    const data = { tasks: [task, { name: 'mine', source: 'file', id: 'rows.jsonl', test: 'test.jsonl' }], taskTemperature: 2 }
    const recipe = readRecipe({ data })
    expect(recipe.data.tasks).toEqual([task, { name: 'mine', description: '', source: 'file', id: 'rows.jsonl', test: 'test.jsonl' }])
    expect(readRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe)
    expect(readRecipe({ data: { id: 'desk' } }).data).not.toHaveProperty('tasks')
  })

  it('lists everything that is wrong with them', () => {
    expect(() => read({ tasks: [] })).toThrow('data.tasks must be a list with at least one task.')
    expect(() => read({ tasks: 'desk' })).toThrow('data.tasks must be a list with at least one task.')
    expect(() => read({ tasks: [3] })).toThrow('data.tasks[0] must be an object with a name, a source and an id.')
    expect(() => read({ tasks: [{ ...task, name: ' ', source: 'hub', rank: 1 }] })).toThrow(
      'Unknown entry data.tasks[0].rank. data.tasks[0].name must be a text that is not empty. data.tasks[0].source must be one of sample, file; found "hub".',
    )
    expect(() => read({ tasks: [{ ...task, name: '../desk' }] })).toThrow('data.tasks[0].name is the name of a folder too, so it cannot be "../desk".')
    expect(() => read({ tasks: [{ ...task, description: ['a'] }] })).toThrow('data.tasks[0].description must be a text, found ["a"].')
    expect(() => read({ tasks: [task, task] })).toThrow('Two tasks of data.tasks are named "desk".')
    expect(() => read({ tasks: [task], id: 'desk' })).toThrow('data has either an id or tasks, not both.')
    for (const taskTemperature of [0.5, '2', 1000]) expect(() => read({ tasks: [task], taskTemperature })).toThrow('data.taskTemperature must be between 1 and 100.')
  })
})

it('a description has a wording a line, and a task without one is described by its name', () => {
  expect(wordings({ name: 'desk', description: ' Sort messages.\n\nWhich desk? \n' })).toEqual(['Sort messages.', 'Which desk?'])
  expect(wordings({ name: 'desk', description: ' \n' })).toEqual(['desk'])
})
