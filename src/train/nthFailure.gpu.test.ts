// A short run goes on from a checkpoint, and its n-th buffer, pipeline or storage call fails, for every n. Whatever fails is
// named in a sentence, what was saved is still there, every byte of GPU memory comes back, and then the run ends as if nothing had been.
import { beforeAll, describe, expect, it } from 'vitest'
import { testGpu } from '../engine/testGpu.ts'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import { openDataset, type Dataset } from '../data/dataset.ts'
import { bytesSource } from '../files/byteSource.ts'
import { amidGpuCalls, type Intervene } from '../gpu/testGpuCalls.ts'
import { utf8 } from '../lib/bytes.ts'
import type { Failure } from '../protocol/failure.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import type { RunRecord } from '../protocol/studio.ts'
import { localLocks } from '../storage/locks.ts'
import { memoryFiles } from '../storage/memoryFiles.ts'
import { emptyRows, memoryRecords, type Rows } from '../storage/memoryRecords.ts'
import { quota } from '../storage/quota.ts'
import { createStorage, type Storage } from '../storage/storage.ts'
import { mount, openModel, type Base, type OpenModel } from './base.ts'
import { Control } from './control.ts'
import { runSession } from './session.ts'

const plain = defaultRecipe()
const recipe: Recipe = {
  ...plain,
  methods: [{ id: 'lora', options: { r: 2 } }],
  training: { ...plain.training, steps: 3, batch_size: 1, max_length: 32, warmup_steps: 0, eval_steps: 3, save_steps: 2 },
  evaluation: { rows: 0, maxNewTokens: 2 },
}

/** What is stored; a copy of it is another disk. */
interface Disk {
  readonly files: Map<string, Uint8Array>
  readonly rows: Rows
}
const copyOf = ({ files, rows }: Disk): Disk => ({ files: new Map(files), rows: structuredClone(rows) })

/** @param before is called before every call of the stores */
function storageOn({ files: bytes, rows }: Disk, before: () => void = () => undefined): Storage {
  const told = <T extends object>(store: T): T =>
    new Proxy(store, {
      get: (target, name) => {
        const found: unknown = Reflect.get(target, name)
        if (typeof found !== 'function') return found
        return async (...args: unknown[]) => {
          before()
          const answer: unknown = await Reflect.apply(found, target, args)
          return name === 'writer' || name === 'source' ? answer && told(answer) : answer
        }
      },
    })
  const free = quota(() => Promise.resolve({ usedBytes: 0, freeBytes: 1e9, persisted: true }))
  return createStorage({ files: told(memoryFiles(bytes)), records: told(memoryRecords(rows)), locks: localLocks(), quota: free })
}

let model: OpenModel
let rows: Dataset
let base: Base
/** As a run left it that broke off after the checkpoint of its second step. */
let halfway: Disk
let whole: ReadonlyMap<string, Uint8Array>
let ended: RunRecord | undefined

interface Told {
  readonly record: RunRecord | undefined
  readonly failure: Failure | undefined
}
async function go(storage: Storage, on: Base = base, breakAt?: number): Promise<Told> {
  let failure: Failure | undefined
  const record = await runSession({
    runId: 'run', recipe, base: on, dataset: rows, test: undefined, storage, control: new Control(), version: 'test',
    onEvent(e) {
      if (e.type === 'failure') failure = e.failure
      if (e.type === 'step' && e.step === breakAt) throw new Error('the tab was closed')
    },
  }).catch((error: unknown) => {
    // A failure of the disk may also keep the run from writing down that it failed.
    failure ??= error as Failure
    return undefined
  })
  return { record, failure }
}

beforeAll(async () => {
  const lines = Array.from({ length: 6 }, (_, i) => JSON.stringify({ prompt: `${i}?`, completion: ` ${i}` })).join('\n')
  ;[model, rows] = [openModel(await goldenModel('llama')), await openDataset(bytesSource(utf8(lines), 'rows.jsonl'))]
  base = mount(model, await testGpu())
  halfway = { files: new Map(), rows: emptyRows() }
  const storage = storageOn(halfway)
  await storage.runs.put({ id: 'run', recipe, createdAt: 0, status: 'running', step: 0, hasAdapter: false })
  await go(storage, base, 3)
  const disk = copyOf(halfway)
  ended = (await go(storageOn(disk))).record
  whole = (await storageOn(disk).adapters.load('run'))!
})

const sentence = /^[^a-z\s][^]*\.$/

/** Every so many failures the run goes on to its end: what is on the disk is looked at after each. */
const FINISHED = 6

/** What must hold after the n-th call failed a session. */
async function expectUnharmed(n: number, disk: Disk, on: Base, { failure }: Told, code: string, where: string): Promise<void> {
  expect(failure, where).toMatchObject({ code, message: expect.stringMatching(sentence), hint: expect.stringMatching(sentence) })
  on.weights.dispose()
  expect(on.memory.bytes(), where).toBe(0)
  const storage = storageOn(disk)
  const saved = await storage.checkpoints.load('run')
  expect(saved!.step, where).toBeGreaterThanOrEqual(2)
  expect(saved!.passedOver, where).toEqual([])
  if (n % FINISHED > 0) return
  expect((await go(storage)).record, where).toMatchObject({ status: 'done', step: 3 })
  const files = (await storage.adapters.load('run'))!
  expect(files.get('adapter_model.safetensors'), where).toEqual(whole.get('adapter_model.safetensors'))
}

/** Fails call 1, 2, … until one is no longer reached; answers how many were. */
async function forEveryN(attempt: (n: number) => Promise<boolean>): Promise<number> {
  let n = 1
  while (await attempt(n)) n++
  return n - 1
}

describe('a run goes on', () => {
  it('from its second step where nothing fails', async () => {
    expect(await storageOn(halfway).runs.get('run')).toMatchObject({ status: 'failed', checkpointStep: 2 })
    expect(ended).toMatchObject({ status: 'done', step: 3 })
  })

  it('though its n-th buffer cannot be made', async () => {
    const reached = await forEveryN(async (n) => {
      base.weights.dispose()
      const disk = copyOf(halfway)
      let made = 0
      const refuse: Intervene = (call, pass) => {
        if (call !== 'createBuffer' || ++made !== n) return pass()
        // No GPU can be filled up on demand: a buffer of no valid usage stands for one that there is no room for.
        return base.gpu.device.createBuffer({ size: 16, usage: 0xffff })
      }
      const told = await amidGpuCalls(refuse, () => go(storageOn(disk)))
      if (made < n) return false
      await expectUnharmed(n, disk, base, told, 'out-of-memory', `buffer ${n}`)
      return true
    })
    expect(reached).toBeGreaterThan(40)
  })

  it('though its n-th pipeline cannot be made', async () => {
    const reached = await forEveryN(async (n) => {
      base.weights.dispose()
      const fresh = mount(model, base.gpu)
      const disk = copyOf(halfway)
      let made = 0
      const refuse: Intervene = (call, pass) => {
        if (call !== 'createComputePipelineAsync') return pass()
        return ++made === n ? Promise.reject(new Error('made to fail')) : pass()
      }
      const told = await amidGpuCalls(refuse, () => go(storageOn(disk), fresh))
      if (made < n) return false
      await expectUnharmed(n, disk, fresh, told, 'internal', `pipeline ${n}`)
      expect(told.failure!.message, `pipeline ${n}`).toMatch(/^The graphics driver could not compile the kernel \w+\.\w+\.$/)
      return true
    })
    expect(reached).toBeGreaterThan(10)
  })

  it('though its n-th storage call fails', async () => {
    const reached = await forEveryN(async (n) => {
      const disk = copyOf(halfway)
      let calls = 0
      const told = await go(storageOn(disk, () => {
        if (++calls === n) throw new DOMException('made to fail', n % 2 > 0 ? 'QuotaExceededError' : 'UnknownError')
      }))
      if (calls < n) return false
      // What can be done later, or is only tidying up, fails no run.
      if (told.record?.status === 'done') {
        const files = await storageOn(disk).adapters.load('run')
        expect(files?.get('adapter_model.safetensors'), `call ${n}`).toEqual(whole.get('adapter_model.safetensors'))
      } else await expectUnharmed(n, disk, base, told, 'storage', `call ${n}`)
      return true
    })
    expect(reached).toBeGreaterThan(30)
  })
})
