// A run that sorts texts into classes, from rows to an exported adapter and an answer.
import { beforeAll, describe, expect, it } from 'vitest'
import { openDataset, type Dataset } from '../data/dataset.ts'
import { bytesSource } from '../files/byteSource.ts'
import { readHeader } from '../files/safetensors.ts'
import { fromUtf8, utf8 } from '../lib/bytes.ts'
import type { RunEvent } from '../protocol/event.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import type { RunRecord } from '../protocol/studio.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import type { Storage } from '../storage/storage.ts'
import { openAdapterFolder } from '../files/adapterFolder.ts'
import { adapterTask } from './adapterTask.ts'
import { classReply } from './classReply.ts'
import { Control } from './control.ts'
import { openAdapter, openRun } from './openAdapter.ts'
import { recipeModel, withLabels } from './recipeModel.ts'
import { runSession } from './session.ts'
import { testBase } from './testRun.ts'

let rows: Dataset
let test: Dataset
beforeAll(async () => {
  const text = (i: number): string => (i % 2 === 0 ? `a good day, the ${i}th` : `some bad news, number ${i}`)
  const open = (from: number, n: number, name: string) =>
    openDataset(bytesSource(utf8(Array.from({ length: n }, (_, i) => JSON.stringify({ text: text(from + i), label: (from + i) % 2 === 0 ? 'glad' : 'sad' })).join('\n')), name))
  ;[rows, test] = await Promise.all([open(0, 40, 'rows.jsonl'), open(40, 10, 'test.jsonl')])
})

const plain = defaultRecipe()
const recipe: Recipe = {
  ...plain,
  task: 'SEQ_CLS',
  methods: [{ id: 'lora', options: { r: 4 } }],
  training: { ...plain.training, steps: 30, batch_size: 8, max_length: 64, learning_rate: 1e-2, warmup_steps: 2, eval_steps: 0, save_steps: 10 },
  evaluation: { rows: 10, maxNewTokens: 4 },
}

interface Ran {
  readonly events: readonly RunEvent[]
  readonly record: RunRecord
  readonly storage: Storage
}
interface Choices {
  readonly stopAt?: number
  readonly storage?: Storage
  readonly given?: Recipe
  readonly dataset?: Dataset
  readonly asked?: Dataset
}

async function run({ stopAt, storage = memoryStorage(), given = recipe, dataset = rows, asked = test }: Choices = {}): Promise<Ran> {
  const base = await testBase('llama')
  const own = withLabels(given, base, dataset.rows, dataset.name)
  if (!(await storage.runs.get('run'))) await storage.runs.put({ id: 'run', recipe: own, createdAt: 0, status: 'running', step: 0, hasAdapter: false })
  const events: RunEvent[] = []
  const control = new Control()
  const record = await runSession({
    runId: 'run', recipe: own, base, dataset, test: asked, storage, control, version: 'test',
    onEvent(event) {
      events.push(event)
      if (event.type === 'failure') console.log(event.failure.message, event.failure.detail)
      if (event.type === 'step' && event.step === stopAt) control.stop()
    },
  })
  base.weights.dispose()
  return { events, record, storage }
}

describe('words with labels', () => {
  it('are learned, scored by entity F1, exported for PEFT and answered in place', async () => {
    const names = ['Ann', 'Bob', 'Eve', 'Max']
    const towns = ['Rome', 'Oslo', 'Bern']
    const row = (i: number) => ({ tokens: [names[i % 4], 'is', 'in', towns[i % 3], '.'], ner_tags: ['B-PER', 'O', 'O', 'B-LOC', 'O'] })
    const open = (from: number, n: number, name: string) => openDataset(bytesSource(utf8(Array.from({ length: n }, (_, i) => JSON.stringify(row(from + i))).join('\n')), name))
    const own: Recipe = { ...recipe, task: 'TOKEN_CLS', training: { ...recipe.training, max_length: 32 }, data: { ...recipe.data, validation: 0 } }
    const { events, record, storage } = await run({ given: own, dataset: await open(0, 12, 'words.jsonl'), asked: await open(12, 6, 'test.jsonl') })
    expect([record.status, record.recipe.labels]).toEqual(['done', ['B-LOC', 'B-PER', 'O']])
    const [before, after] = events.filter((e) => e.type === 'score')
    expect(before.entities!.f1).toBeLessThan(1)
    expect(after).toMatchObject({ metric: 'f1', unit: 'word', correct: 30, total: 30, entities: { f1: 1, right: 12, wanted: 12, found: 12 } })
    expect(after.answers[0]).toEqual({ prompt: 'Ann is in Rome .', expected: '[Ann](PER) is in [Rome](LOC) .', answer: '[Ann](PER) is in [Rome](LOC) .', correct: true })
    expect(record.scores).toMatchObject({ metric: 'f1', after: 1 })

    const files = (await storage.adapters.load('run'))!
    expect(JSON.parse(fromUtf8(files.get('adapter_config.json')!))).toMatchObject({ task_type: 'TOKEN_CLS', modules_to_save: ['classifier', 'score'] })
    expect(fromUtf8(files.get('README.md')!)).toContain('AutoModelForTokenClassification')
    const base = await testBase('llama')
    const adapter = await openRun(base, storage, record)
    const text = await classReply(recipeModel(base, record.recipe), adapter, 'Max is in Oslo.')
    expect(text).toBe('[Max](PER) is in [Oslo](LOC).')

    // As dropped files, with the recipe that names the classes and as PEFT alone would have saved them.
    const answer = async (without: string): Promise<string> => {
      const folder = await openAdapterFolder(new Map([...files].filter(([path]) => path !== without).map(([path, bytes]) => [path, bytesSource(bytes, path)])))
      const model = recipeModel(base, adapterTask(base, folder))
      return classReply(model, await openAdapter(model, folder), 'Max is in Oslo.')
    }
    expect(await answer('')).toBe(text)
    expect(await answer('recipe.json')).toBe('[Max](LABEL_1) [is](LABEL_2) [in](LABEL_2) [Oslo](LABEL_0)[.](LABEL_2)')
    base.weights.dispose()
  })
})

describe('texts sorted into classes', () => {
  it('are learned, scored by accuracy, exported for PEFT and answered with probabilities', async () => {
    const { events, record, storage } = await run()
    expect(record.status).toBe('done')
    expect(record.recipe.labels).toEqual(['glad', 'sad'])
    const scores = events.filter((e) => e.type === 'score')
    expect(scores.map((s) => s.metric)).toEqual(['accuracy', 'accuracy'])
    expect(scores[1].correct).toBe(10)

    const files = (await storage.adapters.load('run'))!
    const config = JSON.parse(fromUtf8(files.get('adapter_config.json')!)) as Record<string, unknown>
    expect(config).toMatchObject({ task_type: 'SEQ_CLS', modules_to_save: ['classifier', 'score'] })
    const { entries } = await readHeader(bytesSource(files.get('adapter_model.safetensors')!, 'adapter_model.safetensors'))
    expect([...entries.keys()]).toContain('base_model.model.score.weight')
    expect(fromUtf8(files.get('README.md')!)).toContain('AutoModelForSequenceClassification')

    const base = await testBase('llama')
    const adapter = await openRun(base, storage, record)
    const text = await classReply(recipeModel(base, record.recipe), adapter, 'a good day, the 90th')
    base.weights.dispose()
    expect(text).toMatch(/^glad \d+\.\d %\nsad \d+\.\d %$/)
  })

  it('give the same bytes when stopped and continued', async () => {
    const whole = await run()
    const first = await run({ stopAt: 13 })
    const second = await run({ storage: first.storage })
    const values = async ({ storage }: Ran) => (await storage.adapters.load('run'))!.get('adapter_model.safetensors')!
    expect(await values(second)).toEqual(await values(whole))
  })
})
