// Several datasets of one run, one task each. A task's name is also the folder of its adapter; its description is what a
// hypernetwork reads, and may have other wordings on further lines.
import { isRecord } from './record.ts'

export interface TaskText {
  readonly name: string
  /** What the task asks for, a wording a line. Empty: the name stands for it. */
  readonly description: string
}

export interface Task extends TaskText {
  /** `sample`: a bundled dataset, by id. `file`: a dropped file, by name or path. */
  readonly source: 'sample' | 'file'
  readonly id: string
  readonly sha256?: string
  /** A second file whose rows are asked before and after; samples bring their own. */
  readonly test?: string
}

/** The wordings of a task's description; at least one. */
export function wordings({ name, description }: TaskText): string[] {
  const lines = description.split('\n').map((line) => line.trim()).filter((line) => line !== '')
  return lines.length > 0 ? lines : [name]
}

const ENTRIES = ['name', 'description', 'source', 'id', 'sha256', 'test']

/** The tasks of a recipe from parsed JSON, and a sentence for each thing that is wrong with them. */
export function readTasks(given: unknown): { tasks: Task[]; problems: string[] } {
  if (!Array.isArray(given) || given.length === 0) return { tasks: [], problems: ['data.tasks must be a list with at least one task.'] }
  const problems: string[] = []
  const tasks = given.map((entry: unknown, i): Task => {
    const at = `data.tasks[${i}]`
    const task: Readonly<Record<string, unknown>> = isRecord(entry) ? entry : {}
    if (task !== entry) problems.push(`${at} must be an object with a name, a source and an id.`)
    else {
      for (const key of Object.keys(task)) if (!ENTRIES.includes(key)) problems.push(`Unknown entry ${at}.${key}.`)
      for (const key of ['name', 'id']) if (typeof task[key] !== 'string' || task[key].trim() === '') problems.push(`${at}.${key} must be a text that is not empty.`)
      for (const key of ['description', 'sha256', 'test'])
        if (task[key] !== undefined && typeof task[key] !== 'string') problems.push(`${at}.${key} must be a text, found ${JSON.stringify(task[key])}.`)
      if (task['source'] !== 'sample' && task['source'] !== 'file') problems.push(`${at}.source must be one of sample, file; found ${JSON.stringify(task['source'])}.`)
      if (typeof task['name'] === 'string' && /[/\\]|^\.+$/.test(task['name'])) problems.push(`${at}.name is the name of a folder too, so it cannot be ${JSON.stringify(task['name'])}.`)
    }
    const text = (key: string): string => (typeof task[key] === 'string' ? task[key] : '')
    return {
      name: text('name').trim(),
      description: text('description'),
      source: task['source'] === 'file' ? 'file' : 'sample',
      id: text('id'),
      ...(typeof task['sha256'] === 'string' && { sha256: task['sha256'] }),
      ...(typeof task['test'] === 'string' && { test: task['test'] }),
    }
  })
  const names = tasks.map((t) => t.name)
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) < i)
  if (twice !== undefined) problems.push(`Two tasks of data.tasks are named ${JSON.stringify(twice)}.`)
  return { tasks, problems }
}
