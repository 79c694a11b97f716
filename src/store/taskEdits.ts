// Pure edits of a recipe's tasks: several datasets of one run. Names are made here, since they are folders as well.
import type { Recipe } from '../protocol/recipe.ts'
import type { Task } from '../protocol/tasks.ts'

export const tasksOf = ({ data }: Recipe): readonly Task[] => data.tasks ?? []

/** With these tasks instead of one dataset; the run is named after them. */
export const withTasks = (recipe: Recipe, tasks: readonly Task[]): Recipe => {
  const { test: _test, sha256: _sha256, ...data } = recipe.data
  return { ...recipe, name: tasks.map((t) => t.name).join(' + ') || recipe.name, data: { ...data, source: 'sample', id: '', tasks } }
}

/** With one dataset again, named anew by whoever opens it. */
export const withoutTasks = (recipe: Recipe): Recipe => {
  const { tasks: _tasks, taskTemperature: _temperature, ...data } = recipe.data
  return { ...recipe, data: { ...data, source: 'sample', id: '' } }
}

/** A name that no task has: a file's without its ending. */
export function newName(id: string, tasks: readonly Task[]): string {
  const plain = (id.split('/').at(-1) ?? id).replace(/\.[^.]+$/, '').replace(/\\/g, '-') || 'task'
  const taken = new Set(tasks.map((t) => t.name))
  let name = plain
  for (let n = 2; taken.has(name); n++) name = `${plain} ${n}`
  return name
}

export const described = (tasks: readonly Task[], name: string, description: string): readonly Task[] => tasks.map((t) => (t.name === name ? { ...t, description } : t))
