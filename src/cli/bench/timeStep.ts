// One training step of a preset: how long the first takes (pipelines, and on software adapters compilation at first use), how
// long later ones take, and which ops the time goes to.
import type { Batch } from '../../data/batches.ts'
import type { Command } from '../../engine/record.ts'
import type { Gpu } from '../../gpu/device.ts'
import { attachAll } from '../../methods/registry.ts'
import { adamwHyper } from '../../optim/adamwHyper.ts'
import { mount, subjectOf } from '../../train/base.ts'
import { Learner, shapeOf } from '../../train/learner.ts'
import { initialValues } from '../../train/params.ts'
import type { Preset } from './presets.ts'
import { median, printTable, timeCommands } from './stopwatch.ts'

const STEPS = 7
const ROUNDS = 5

export async function timeStep(gpu: Gpu, preset: Preset): Promise<void> {
  const model = await preset.open()
  const base = mount(model, gpu)
  const subject = subjectOf(model, attachAll(preset.methods, model.outline))
  await base.weights.load(subject.census.weights)
  const learner = await Learner.make(base, subject)
  learner.params.write('values', await initialValues(subject.layout, 0, (name) => base.weights.readF32(name)))
  const { vocabulary } = subject.family.dimensions(subject.config)
  const batch = fullBatch(preset, vocabulary)
  const hyper = adamwHyper({ beta1: 0.9, beta2: 0.999, eps: 1e-8, maxGradNorm: 1 }, 1e-3, 1)
  const step = async (): Promise<number> => {
    const began = performance.now()
    await (await learner.step([batch], hyper, [0, 0])).numbers
    return performance.now() - began
  }

  const began = performance.now()
  await learner.prepareUpdate(() => ({ lrScale: 1, weightDecay: 0 }))
  const { recording, flops } = await learner.prepare(shapeOf(batch), true)
  await step()
  const first = performance.now() - began
  const times: number[] = []
  for (let i = 0; i < STEPS; i++) times.push(await step())
  const ms = median(times)
  const tokens = batch.B * batch.T
  const runs = recording.commands.filter((c) => c.kind === 'run')
  const kernels = new Set(runs.map((c) => c.kernel.pipeline)).size
  console.log(`${preset.name}: ${preset.says}; ${batch.B} × ${batch.T} tokens`)
  console.log(`first step ${(first / 1000).toFixed(1)} s with ${kernels} kernels; then ${ms.toFixed(0)} ms, ${((1000 * tokens) / ms).toFixed(0)} tokens/s,`)
  console.log(`${(flops / ms / 1e6).toFixed(1)} GFLOP/s of matrix products, ${runs.length} dispatches, ${(base.memory.bytes() / 2 ** 20).toFixed(0)} MiB of buffers\n`)
  await profile(gpu, recording.commands)
  await learner.dispose()
}

/** Time of all dispatches of one op together, each op on its own, in turns. */
async function profile({ device }: Gpu, commands: readonly Command[]): Promise<void> {
  const kinds = new Map<string, Command[]>()
  for (const c of commands) {
    const kind = c.kind === 'copy' ? 'copy' : (c.label.split(' ').at(-1) ?? c.label)
    kinds.set(kind, [...(kinds.get(kind) ?? []), c])
  }
  const times = new Map([...kinds.keys()].map((kind) => [kind, [] as number[]]))
  for (let round = 0; round < ROUNDS; round++) for (const [kind, list] of kinds) times.get(kind)!.push(await timeCommands(device, list))
  const found = [...kinds].map(([kind, list]) => ({ kind, count: list.length, ms: median(times.get(kind)!), flops: list.reduce((n, c) => n + c.flops, 0) }))
  const all = found.reduce((n, f) => n + f.ms, 0)
  printTable(
    ['op, all its dispatches', 'count', 'ms', '%', 'GFLOP/s'],
    found
      .toSorted((a, b) => b.ms - a.ms)
      .map((f) => [f.kind, String(f.count), f.ms.toFixed(1), ((100 * f.ms) / all).toFixed(1), f.flops > 0 ? (f.flops / f.ms / 1e6).toFixed(1) : '']),
  )
}

/** Every place holds a token and is trained. */
function fullBatch({ batch: B, length: T }: Preset, vocabulary: number): Batch {
  const places = B * T
  const token = (i: number): number => (i * 7919 + 13) % vocabulary
  return {
    B,
    T,
    tokens: Int32Array.from({ length: places }, (_, i) => token(i)),
    targets: Int32Array.from({ length: places }, (_, i) => token(i + 1)),
    positions: Int32Array.from({ length: places }, (_, i) => i % T),
    segments: new Int32Array(places),
    rows: B,
    tokenCount: places,
    trainedTokens: places,
  }
}
