import { describe, expect, it } from 'vitest'
import { bytesSource } from '../files/byteSource.ts'
import { fromUtf8, utf8 } from '../lib/bytes.ts'
import type { Task } from '../protocol/tasks.ts'
import { inputsOf, openInputs, openOne, openTasks } from './openedData.ts'

const source = (name: string, rows: number) =>
  bytesSource(utf8(Array.from({ length: rows }, (_, i) => JSON.stringify({ prompt: `${name} ${i}`, completion: `${i}` })).join('\n')), name)
const task = (name: string, id = `${name}.jsonl`): Task => ({ name, description: '', source: 'file', id })
const files: Readonly<Record<string, { train: ReturnType<typeof source>; test: ReturnType<typeof source> | undefined }>> = {
  a: { train: source('a.jsonl', 3), test: source('a-test.jsonl', 2) },
  b: { train: source('b.jsonl', 5), test: undefined },
}
const find = async ({ name }: Task) => files[name]

describe('open data', () => {
  it('of one dataset is kept under the names that runs have had, and comes back', async () => {
    const open = await openOne('a.jsonl', files['a'])
    expect(open.tasks).toBeUndefined()
    const inputs = await inputsOf(open)
    expect([...inputs.keys()]).toEqual(['names.json', 'train', 'test'])
    expect(JSON.parse(fromUtf8(inputs.get('names.json')!))).toEqual({ id: 'a.jsonl', train: 'a.jsonl', test: 'a-test.jsonl' })
    const back = await openInputs(inputs)
    expect(back.dataset).toEqual(open.dataset)
    expect(back.testSet).toEqual(open.testSet)
    expect(back.parts[0].id).toBe('a.jsonl')
  })

  it('of several tasks is one dataset and one for each, and comes back', async () => {
    const open = await openTasks([task('a'), task('b')], undefined, find)
    expect(open.dataset).toMatchObject({ name: 'a, b', rows: { length: 8 } })
    expect(open.tasks!.map((t) => [t.name, t.dataset.rows.length, t.test?.rows.length])).toEqual([
      ['a', 3, 2],
      ['b', 5, undefined],
    ])
    const inputs = await inputsOf(open)
    expect([...inputs.keys()]).toEqual(['names.json', 'train-1', 'test-1', 'train-2'])
    const back = await openInputs(inputs)
    expect(back.tasks).toEqual(open.tasks)
    expect(back.dataset).toEqual(open.dataset)
  })

  it('keeps the files that are open when a task is added or described anew', async () => {
    await expect(openTasks([], undefined, find)).rejects.toThrow('The recipe names no task.')
    const open = await openTasks([task('a')], undefined, find)
    const more = await openTasks([{ ...task('a'), description: 'Say a.' }, task('b')], open, async (t) => (t.name === 'b' ? files['b'] : undefined))
    expect(more.parts[0]).toBe(open.parts[0])
    expect(more.tasks).toHaveLength(2)
    await expect(openTasks([task('a', 'other.jsonl')], open, async () => undefined)).rejects.toThrow('The file other.jsonl of the task “a” is not open.')
  })
})
