// `npm run soak`'s long run: the starter trains for so many minutes over Dawn, with its checkpoints on the disk, and says every so
// often what it holds. What may not grow: the heap, the GPU's bytes, what is stored.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { dawnGpu } from '../gpu/dawn.ts'
import { openGpu } from '../gpu/device.ts'
import { Fault } from '../protocol/failure.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import { nodeStorage } from '../storage/nodeStorage.ts'
import type { Storage } from '../storage/storage.ts'
import { mount } from '../train/base.ts'
import { Control } from '../train/control.ts'
import { runSession } from '../train/session.ts'
import { openRecipe } from './tune/openRecipe.ts'

/** Looks at the process in a run, however long it is. */
const LOOKS = 60
/** Share of the looks after which everything is warm. */
const WARM = 0.25
/** Slope of the heap that counts as growth; short runs cannot tell it from noise. */
const HEAP_MIB_PER_HOUR = 4
const TELLING_MINUTES = 20
const GENERATIONS = 2
/** After the first validation every recording is made, and the GPU's bytes stay. */
const EVAL_STEPS = 50
const MIB = 2 ** 20

interface Look {
  readonly seconds: number
  readonly step: number
  readonly heap: number
  readonly outside: number
  /** Without what a read-back holds for a moment. */
  readonly gpu: number
  readonly stored: number
}

export async function main([given = '60']: string[]): Promise<number> {
  const minutes = Number(given)
  if (!(minutes > 0)) throw new Fault('bad-recipe', `${given} is no number of minutes.`, 'npm run soak -- --minutes N')
  const plain = defaultRecipe()
  const recipe: Recipe = {
    ...plain,
    name: 'soak',
    data: { ...plain.data, source: 'sample', id: 'orders' },
    training: { ...plain.training, steps: 10_000_000, batch_size: 4, max_length: 128, eval_steps: EVAL_STEPS, save_steps: 20, stop_on_divergence: false },
    evaluation: { rows: 0, maxNewTokens: 8 },
  }
  const { recipe: stamped, model, dataset, test } = await openRecipe(recipe, process.cwd())
  const base = mount(model, await openGpu(await dawnGpu()))
  const folder = await mkdtemp(join(tmpdir(), 'tunesmith-soak-'))
  const control = new Control()
  const looks: Look[] = []
  const began = performance.now()
  let [step, checkpointBytes, failed] = [0, 0, false]
  const look = async (): Promise<void> => {
    collect()
    const { heapUsed, external, arrayBuffers } = process.memoryUsage()
    looks.push({ seconds: (performance.now() - began) / 1000, step, heap: heapUsed, outside: external + arrayBuffers, gpu: base.memory.bytes() - base.memory.bytes('transfer'), stored: await bytesIn(join(folder, 'checkpoints')) })
    console.log(lineOf(looks.at(-1)!))
  }
  try {
    const storage = withoutEvents(nodeStorage(folder))
    await storage.runs.put({ id: 'soak', recipe: stamped, createdAt: Date.now(), status: 'running', step: 0, hasAdapter: false })
    const clock = setInterval(() => void look(), (minutes * 60_000) / LOOKS)
    const end = setTimeout(() => control.stop(), minutes * 60_000)
    const record = await runSession({
      runId: 'soak', recipe: stamped, base, dataset, test, storage, control, version: __APP_VERSION__,
      onEvent(e) {
        if (e.type === 'step') step = e.step
        if (e.type === 'checkpoint') checkpointBytes = e.bytes
        if (e.type === 'failure') console.log(e.failure.message)
      },
    })
    clearInterval(clock)
    clearTimeout(end)
    failed = record.status === 'failed'
    return failed || !judge(looks, checkpointBytes, minutes) ? 1 : 0
  } finally {
    base.weights.dispose()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Prints what came of it; answers whether nothing grew. */
function judge(looks: readonly Look[], checkpointBytes: number, minutes: number): boolean {
  const warm = looks.slice(Math.ceil(looks.length * WARM))
  const perHour = (of: (look: Look) => number): number => (slope(warm.map((l) => [l.seconds / 3600, of(l)])) / MIB)
  const gpu = looks.filter((l) => l.step > EVAL_STEPS).map((l) => l.gpu)
  if (gpu.length === 0) throw new Fault('bad-recipe', `${minutes} minutes were too short for ${EVAL_STEPS} steps.`, 'Give it more minutes.')
  const stored = Math.max(...looks.map((l) => l.stored))
  const [heap, outside] = [perHour((l) => l.heap), perHour((l) => l.outside)]
  // A new generation is whole before the one before the last goes.
  const limit = (GENERATIONS + 1) * checkpointBytes
  console.log(
    [
      `${looks.at(-1)!.step} steps in ${minutes} minutes`,
      `heap ${heap.toFixed(2)} MiB an hour, buffers outside it ${outside.toFixed(2)} MiB an hour, over the last ${warm.length} looks`,
      `GPU ${Math.min(...gpu)} to ${Math.max(...gpu)} bytes`,
      `checkpoints ${(stored / MIB).toFixed(1)} MiB at most, of ${(limit / MIB).toFixed(1)} MiB`,
    ].join('\n'),
  )
  const grows = minutes >= TELLING_MINUTES && heap + outside > HEAP_MIB_PER_HOUR
  return !grows && Math.min(...gpu) === Math.max(...gpu) && stored <= limit
}

/** Least squares. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  return points.reduce((n, [x, y]) => n + (x - mx) * (y - my), 0) / points.reduce((n, [x]) => n + (x - mx) ** 2, 0)
}

const lineOf = ({ seconds, step, heap, outside, gpu, stored }: Look): string =>
  `${Math.round(seconds)} s, step ${step}: heap ${(heap / MIB).toFixed(2)} MiB, outside ${(outside / MIB).toFixed(2)} MiB, GPU ${(gpu / MIB).toFixed(2)} MiB, checkpoints ${(stored / MIB).toFixed(2)} MiB`

/** This process's record store holds every record in memory, which the browser's does not: what a run says is let go. */
const withoutEvents = (storage: Storage): Storage => ({ ...storage, runs: { ...storage.runs, appendEvents: () => Promise.resolve() } })

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).then((s) => (s.isFile() ? s.size : 0), () => 0)))
  return sizes.reduce((a, b) => a + b, 0)
}
