// The report card of a short run: its losses are those that the run itself measured, and a continued run says the same.
import { beforeAll, describe, expect, it } from 'vitest'
import { openDataset, type Dataset } from '../data/dataset.ts'
import { bytesSource } from '../files/byteSource.ts'
import { utf8 } from '../lib/bytes.ts'
import type { RunEvent } from '../protocol/event.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import { Control } from './control.ts'
import { runSession } from './session.ts'
import { testBase } from './testRun.ts'

let rows: Dataset
let questions: Dataset
beforeAll(async () => {
  const open = (n: number, name: string) =>
    openDataset(bytesSource(utf8(Array.from({ length: n }, (_, i) => JSON.stringify({ prompt: `Say ${i}:`, completion: i % 2 === 0 ? ' even' : ' odd' })).join('\n')), name))
  ;[rows, questions] = await Promise.all([open(40, 'rows.jsonl'), open(12, 'test.jsonl')])
})

const recipe: Recipe = (() => {
  const plain = defaultRecipe()
  const few = { steps: 6, batch_size: 4, max_length: 32, learning_rate: 1e-2, warmup_steps: 1, eval_steps: 3, save_steps: 3 }
  return { ...plain, name: 'report', data: { ...plain.data, validation: 0.3 }, methods: [{ id: 'lora', options: { r: 4 } }], training: { ...plain.training, ...few }, evaluation: { rows: 12, maxNewTokens: 3 } }
})()

async function go(storage = memoryStorage(), stopAt = Number.POSITIVE_INFINITY): Promise<RunEvent[]> {
  const base = await testBase('llama')
  const before = base.memory.bytes()
  if (!(await storage.runs.get('run'))) await storage.runs.put({ id: 'run', recipe, createdAt: 0, status: 'running', step: 0, hasAdapter: false })
  const events: RunEvent[] = []
  const control = new Control()
  const onEvent = (event: RunEvent): void => {
    events.push(event)
    if (event.type === 'step' && event.step === stopAt) control.stop()
  }
  await runSession({ runId: 'run', recipe, base, dataset: rows, test: questions, storage, control, version: 'test', onEvent })
  expect(base.memory.bytes(), 'the second model gives its memory back').toBe(before)
  base.weights.dispose()
  return events
}

const reportOf = (events: readonly RunEvent[]) => events.find((e) => e.type === 'report')?.report

describe('the report card of a run', () => {
  it('has the losses that the run measured, of the base and of the result', async () => {
    const events = await go()
    const { measures, classes } = reportOf(events)!
    expect(measures.map(({ id, on }) => `${id} ${on}`)).toEqual(['exact_match test', 'macro_f1 test', 'perplexity validation', 'bits_per_byte validation', 'perplexity general', 'bits_per_byte general'])
    expect(classes!.labels).toEqual(['even', 'odd'])
    const losses = events.flatMap((e) => (e.type === 'validation' ? [e.loss] : []))
    const [held] = measures.filter((m) => m.on === 'validation')
    expect(held.count).toBe(12)
    expect(Math.log(held.before!.value)).toBeCloseTo(losses[0], 4)
    expect(Math.log(held.after!.value)).toBeCloseTo(losses.at(-1)!, 4)
    expect(held.difference!.verdict).toBe('better')
    const scores = events.flatMap((e) => (e.type === 'score' ? [(100 * e.correct) / e.total] : []))
    expect([measures[0].before!.value, measures[0].after!.value]).toEqual(scores)
    const [general] = measures.filter((m) => m.on === 'general')
    expect(general.count).toBeGreaterThanOrEqual(16)
    expect(general.after!.value).not.toBe(general.before!.value)
  })

  it('is the same for a run that was continued, and a stopped run has none', async () => {
    const storage = memoryStorage()
    expect(reportOf(await go(storage, 4))).toBeUndefined()
    const continued = reportOf(await go(storage))
    expect(continued).toEqual(reportOf(await go()))
    expect((await storage.runs.events('run')).filter((e) => e.type === 'report')).toHaveLength(1)
  })
})
