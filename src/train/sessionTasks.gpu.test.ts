import { beforeAll, expect, it } from 'vitest'
import { joinDatasets, openDataset, type Dataset } from '../data/dataset.ts'
import { bytesSource } from '../files/byteSource.ts'
import { utf8 } from '../lib/bytes.ts'
import type { RunEvent } from '../protocol/event.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import type { RunRecord } from '../protocol/studio.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import type { Storage } from '../storage/storage.ts'
import { Control } from './control.ts'
import type { TaskData } from './runData.ts'
import { runSession } from './session.ts'
import { testBase } from './testRun.ts'

const open = (name: string, count: number, answer: (i: number) => string): Promise<Dataset> =>
  openDataset(bytesSource(utf8(Array.from({ length: count }, (_, i) => JSON.stringify({ prompt: `What is ${i} and ${i * 7}?`, completion: answer(i) })).join('\n')), name))

let tasks: TaskData[]
beforeAll(async () => {
  tasks = [
    { name: 'sum', dataset: await open('sum.jsonl', 24, (i) => ` ${i * 8}`), test: await open('test.jsonl', 3, (i) => ` ${i * 8}`) },
    { name: 'many', dataset: await open('many.jsonl', 12, (i) => ' It is many.'.repeat(1 + (i % 3))), test: undefined },
    { name: 'no', dataset: await open('no.jsonl', 6, () => ' No.'), test: await open('test.jsonl', 2, () => ' No.') },
  ]
})

function recipeOf(changes: Partial<Recipe> = {}): Recipe {
  const plain = defaultRecipe()
  const texts = [{ description: 'Add the numbers.\nGive the sum.' }, { description: '' }, { description: 'Answer with no.' }]
  return {
    ...plain,
    data: { ...plain.data, validation: 0.2, tasks: ['sum', 'many', 'no'].map((name, i) => ({ name, source: 'file', id: `${name}.jsonl`, ...texts[i] })), taskTemperature: 2 },
    methods: [{ id: 'hypernetwork', options: { r: 2, hidden_size: 16, task_embedding_dim: 8 } }],
    training: { ...plain.training, steps: 12, batch_size: 3, max_length: 64, learning_rate: 1e-2, warmup_steps: 2, eval_steps: 6, save_steps: 5 },
    evaluation: { rows: 2, maxNewTokens: 4 },
    ...changes,
  }
}

interface Told {
  readonly record: RunRecord
  readonly events: readonly RunEvent[]
  readonly storage: Storage
}

async function go(recipe: Recipe, storage = memoryStorage(), stopAt = Number.POSITIVE_INFINITY): Promise<Told> {
  const base = await testBase('llama')
  const before = base.memory.bytes()
  if (!(await storage.runs.get('run'))) await storage.runs.put({ id: 'run', recipe, createdAt: 0, status: 'running', step: 0, hasAdapter: false })
  const control = new Control()
  const events: RunEvent[] = []
  const onEvent = (e: RunEvent): void => {
    events.push(e)
    if (e.type === 'step' && e.step === stopAt) control.stop()
  }
  const dataset = joinDatasets(tasks.map((t) => t.dataset), 'three tasks')
  const record = await runSession({ runId: 'run', recipe, base, dataset, test: undefined, tasks, storage, control, version: 'test', onEvent })
  expect(base.memory.bytes()).toBe(before)
  base.weights.dispose()
  return { record, events, storage }
}

it('trains one hypernetwork over three datasets, tells each task’s numbers, and continues to the same bytes', async () => {
  const recipe = recipeOf()
  const whole = await go(recipe)
  expect(whole.record).toMatchObject({ status: 'done', step: 12 })
  const validations = whole.events.filter((e) => e.type === 'validation')
  expect(validations.map((e) => e.step)).toEqual([0, 6, 12])
  for (const e of validations) {
    expect(e.tasks!.map((t) => t.name)).toEqual(['sum', 'many', 'no'])
    expect(e.loss).toBeCloseTo(e.tasks!.reduce((n, t) => n + t.loss / 3, 0), 12)
    expect(e.tokens).toBe(e.tasks!.reduce((n, t) => n + t.tokens, 0))
  }
  for (const [i, { loss }] of validations[2].tasks!.entries()) expect(loss).toBeLessThan(validations[0].tasks![i].loss)
  const scores = whole.events.filter((e) => e.type === 'score')
  expect(scores.map((e) => e.when)).toEqual(['before', 'after'])
  for (const e of scores) {
    expect(e.answers.map((a) => a.expected)).toEqual([' 0', ' 8', ' No.', ' No.'])
    expect(e.tasks!.map(({ name, total }) => [name, total])).toEqual([
      ['sum', 2],
      ['no', 2],
    ])
  }
  const files = (await whole.storage.adapters.load('run'))!
  expect([...files.keys()].filter((path) => path.endsWith('adapter_config.json'))).toEqual([
    'adapter_config.json',
    'tasks/sum/adapter_config.json',
    'tasks/many/adapter_config.json',
    'tasks/no/adapter_config.json',
  ])
  const card = new TextDecoder().decode(files.get('README.md'))
  expect(card).toContain('| sum | Add the numbers. Give the sum. | 24 |')
  expect(card).not.toContain('PeftModel')

  const { storage } = await go(recipe, memoryStorage(), 7)
  const rest = await go(recipe, storage)
  expect(rest.record).toMatchObject({ status: 'done', step: 12, lastLoss: whole.record.lastLoss })
  const again = (await storage.adapters.load('run'))!
  expect([...again.keys()]).toEqual([...files.keys()])
  for (const [path, bytes] of files) expect(again.get(path), path).toEqual(bytes)
})

it('mixes tasks for a method that does not tell them apart', async () => {
  const { record, events, storage } = await go(recipeOf({ methods: [{ id: 'lora', options: { r: 2 } }], evaluation: { rows: 0, maxNewTokens: 4 } }))
  expect(record.status).toBe('done')
  expect(events.findLast((e) => e.type === 'validation')!.tasks).toHaveLength(3)
  expect([...(await storage.adapters.load('run'))!.keys()].filter((path) => path.startsWith('tasks/'))).toEqual([])
})

it('names the task that has nothing to learn', async () => {
  const long = await open('long.jsonl', 6, () => ' No.')
  const rows = long.rows.map((row) => (row.kind === 'completion' ? { ...row, prompt: 'word '.repeat(80) } : row))
  tasks = [tasks[0], { name: 'many', dataset: { ...long, rows }, test: undefined }, tasks[2]]
  const { events } = await go(recipeOf())
  expect(events.find((e) => e.type === 'failure')!.failure.message).toBe('No row of the task “many” has anything to learn.')
})
