// A device is destroyed at random calls of a run, and the run ends as if nothing had been. `npm run soak` tries 200.
import { beforeAll, describe, expect, it } from 'vitest'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import { openDataset, type Dataset } from '../data/dataset.ts'
import { bytesSource } from '../files/byteSource.ts'
import { dawnGpu } from '../gpu/dawn.ts'
import { openGpu, type Gpu } from '../gpu/device.ts'
import { amidGpuCalls } from '../gpu/testGpuCalls.ts'
import { utf8 } from '../lib/bytes.ts'
import { bits } from '../lib/rng.ts'
import type { RunEvent } from '../protocol/event.ts'
import { Fault } from '../protocol/failure.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import type { RunRecord } from '../protocol/studio.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import { mount, openModel, type Base, type OpenModel } from './base.ts'
import { Control } from './control.ts'
import { outliveDevice } from './outliveDevice.ts'

const POINTS = Number(process.env['TUNESMITH_LOSSES'] ?? 10)
const SEED = Number(process.env['TUNESMITH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const plain = defaultRecipe()
const recipe: Recipe = {
  ...plain,
  methods: [{ id: 'lora', options: { r: 4, lora_dropout: 0.1 } }],
  training: { ...plain.training, steps: 6, batch_size: 2, max_length: 32, learning_rate: 1e-2, warmup_steps: 1, eval_steps: 3, save_steps: 2 },
  evaluation: { rows: 1, maxNewTokens: 2 },
}

let model: OpenModel
let rows: Dataset
let test: Dataset
let calls = 0
let whole: Told
beforeAll(async () => {
  const open = (n: number, name: string): Promise<Dataset> =>
    openDataset(bytesSource(utf8(Array.from({ length: n }, (_, i) => JSON.stringify({ prompt: `${i} + ${i}?`, completion: ` ${2 * i}` })).join('\n')), name))
  ;[model, rows, test] = [openModel(await goldenModel('llama')), await open(12, 'rows.jsonl'), await open(1, 'test.jsonl')]
  await dawnGpu()
  whole = await amidGpuCalls((_, pass) => (calls++, pass()), () => go())
})

interface Told {
  readonly record: RunRecord
  readonly events: readonly RunEvent[]
  readonly stored: readonly RunEvent[]
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Bytes that each base held in the end beside its weights. */
  readonly left: readonly number[]
  readonly devices: number
}

/** A run; `hold` is told every device that it opens. */
async function go(hold: (gpu: Gpu) => void = () => undefined): Promise<Told> {
  const storage = memoryStorage()
  await storage.runs.put({ id: 'run', recipe, createdAt: 0, status: 'running', step: 0, hasAdapter: false })
  const events: RunEvent[] = []
  const bases: Base[] = []
  const mounted = async (): Promise<Base> => {
    const gpu = await openGpu(await dawnGpu())
    hold(gpu)
    bases.push(mount(model, gpu))
    return bases.at(-1)!
  }
  const record = await outliveDevice(mounted, { runId: 'run', recipe, dataset: rows, test, storage, control: new Control(), version: 'test', onEvent: (e) => void events.push(e) })
  const left = bases.map(({ memory }) => memory.bytes() - memory.bytes('weights'))
  for (const { gpu } of bases) gpu.device.destroy()
  return { record, events, stored: await storage.runs.events('run'), files: (await storage.adapters.load('run')) ?? new Map(), left, devices: bases.length }
}

/** What must be equal: everything but times, and what says that there were two sessions. */
const course = (events: readonly RunEvent[]): unknown[] =>
  events.filter((e) => ['step', 'validation', 'score', 'layers'].includes(e.type)).map((e) => ({ ...e, ms: 0 }))

const points = Array.from({ length: POINTS }, (_, i) => i)
describe(`a device destroyed at one of the calls of a run, seed ${SEED}`, () => {
  it.each(points)('point %i', async (i) => {
    // Evenly over the run, at random within each part.
    const at = Math.floor(((i + bits(SEED, 0, i) / 2 ** 32) / POINTS) * calls)
    const where = `call ${at} of ${calls}`
    let n = 0
    let gpu: Gpu | undefined
    const told = await amidGpuCalls(
      (_, pass) => {
        if (n++ === at) gpu?.device.destroy()
        return pass()
      },
      () => go((opened) => (gpu = opened)),
    )
    expect(told.record, where).toMatchObject({ status: 'done', step: 6, checkpointStep: 6, lastLoss: whole.record.lastLoss })
    expect([...told.files.keys()], where).toEqual([...whole.files.keys()])
    for (const [name, bytes] of whole.files) expect(told.files.get(name), `${name}, ${where}`).toEqual(bytes)
    expect(course(told.stored), where).toEqual(course(whole.stored))
    expect(told.left, where).toEqual(told.left.map(() => 0))
    expect(told.devices, where).toBe(2)
    const [failure] = told.events.flatMap((e) => (e.type === 'failure' ? [e.failure] : []))
    expect(failure, where).toMatchObject({ code: 'device-lost' })
  })
})

it('gives up at the fourth loss in a row, and says why', async () => {
  const devices: Gpu[] = []
  const told = await go((gpu) => {
    devices.push(gpu)
    gpu.device.destroy()
  })
  expect(devices).toHaveLength(4)
  expect(told.record.status).toBe('failed')
  const last = told.stored.at(-1)
  expect(last).toEqual(told.events.at(-1))
  expect(last).toMatchObject({ type: 'failure', failure: { code: 'device-lost', message: 'The GPU stopped 4 times in a row before the run came to a checkpoint.' } })
})

it('says that there is no other device when none comes back', async () => {
  const storage = memoryStorage()
  await storage.runs.put({ id: 'run', recipe, createdAt: 0, status: 'running', step: 0, hasAdapter: false })
  const none = new Fault('device-lost', 'The GPU stopped, and the browser gives this page no other.', 'Reload the page.')
  let asked = 0
  const mounted = async (): Promise<Base> => {
    if (asked++ > 0) throw none
    const gpu = await openGpu(await dawnGpu())
    gpu.device.destroy()
    return mount(model, gpu)
  }
  const events: RunEvent[] = []
  const record = await outliveDevice(mounted, { runId: 'run', recipe, dataset: rows, test, storage, control: new Control(), version: 'test', onEvent: (e) => void events.push(e) })
  expect(record.status).toBe('failed')
  expect(asked).toBe(4)
  expect(events.at(-1)).toMatchObject({ type: 'failure', failure: { message: none.message } })
})

it('goes on for as long as there is a checkpoint between two losses', async () => {
  const storage = memoryStorage()
  await storage.runs.put({ id: 'run', recipe, createdAt: 0, status: 'running', step: 0, hasAdapter: false })
  const often = { ...recipe, training: { ...recipe.training, save_steps: 1 }, evaluation: { ...recipe.evaluation, rows: 0 } }
  let gpu: Gpu
  let losses = 0
  const record = await outliveDevice(async () => mount(model, (gpu = await openGpu(await dawnGpu()))), {
    runId: 'run', recipe: often, dataset: rows, test, storage, control: new Control(), version: 'test',
    onEvent(e) {
      if (e.type !== 'checkpoint' || losses === 5) return
      losses++
      gpu.device.destroy()
    },
  })
  expect(losses).toBe(5)
  expect(record).toMatchObject({ status: 'done', step: 6 })
})
