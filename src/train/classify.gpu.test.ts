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
import { classReply } from './classReply.ts'
import { Control } from './control.ts'
import { openRun } from './openAdapter.ts'
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
async function run({ stopAt, storage = memoryStorage() }: { stopAt?: number; storage?: Storage } = {}): Promise<Ran> {
  const base = await testBase('llama')
  const own = withLabels(recipe, base, rows.rows, rows.name)
  if (!(await storage.runs.get('run'))) await storage.runs.put({ id: 'run', recipe: own, createdAt: 0, status: 'running', step: 0, hasAdapter: false })
  const events: RunEvent[] = []
  const control = new Control()
  const record = await runSession({
    runId: 'run', recipe: own, base, dataset: rows, test, storage, control, version: 'test',
    onEvent(event) {
      events.push(event)
      if (event.type === 'step' && event.step === stopAt) control.stop()
    },
  })
  base.weights.dispose()
  return { events, record, storage }
}

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
