// A whole training step of a preset, ours and where the preset says so that of other libraries, in turns. Times are quoted
// only when the losses of the first five steps agree.
import type { Recording } from '../../engine/record.ts'
import { replay } from '../../engine/replay.ts'
import { attachAll } from '../../methods/registry.ts'
import { defaultRecipe } from '../../protocol/recipe.ts'
import { estimate } from '../../train/estimate.ts'
import type { Bench } from './bench.ts'
import { interleave, type Timing } from './interleave.ts'
import { loraSpecOf } from './loraSpec.ts'
import type { Training } from './peers/peer.ts'
import { openPreset, type Preset } from './presets.ts'
import { mapSpread, spreadOf, type Spread } from './spread.ts'
import { fullBatch, studioTraining, type StudioTraining } from './studioTraining.ts'
import { countsBetween, watchGpu, type GpuCounts } from './watchGpu.ts'

/** Steps whose losses must agree. */
const COMPARED = 5
/** Largest relative difference between two libraries' losses of one step. */
const LOSS_TOLERANCE = 1e-4

const RUN_STEPS = 48
const LONGEST_RUN_MS = 20_000

export interface RunFigures {
  readonly steps: number
  /** Milliseconds, submits and read-backs of one of them. */
  readonly ms: number
  readonly submits: number
  readonly readBacks: number
}

export interface StepArm {
  readonly name: string
  /** Mean losses in nats of the first steps. */
  readonly losses: readonly number[]
  readonly tokensPerSecond: Spread
  readonly timing: Timing
  readonly firstMs: number
  readonly firstCpuMs?: number | undefined
  /** Of one step; WebGPU's only. */
  readonly dispatches?: number
  readonly submits?: number
  readonly readBacks?: number
  /** Created by all steps after the first together; WebGPU's only. */
  readonly created?: Pick<GpuCounts, 'buffers' | 'bindGroups' | 'pipelines'>
  /** Most that lived at once on the device, where that is known. */
  readonly peakBytes?: number | undefined
  /** What the planner said before; ours only. */
  readonly predictedBytes?: number
  /** Milliseconds of JavaScript for 1,000 dispatches, of whole steps and of encoding alone while the GPU rests; ours only. */
  readonly hostMsPer1000?: Spread
  readonly encodingMsPer1000?: Spread
  /** Steps in a row, as a run takes them; ours only. */
  readonly run?: RunFigures
  /** f32 GFLOP/s of all matrix products, attention’s among them; ours only. */
  readonly gflops?: Spread
  /** Operations of those products in a step. */
  readonly flops?: number
}

export interface StepResult {
  readonly preset: string
  readonly says: string
  readonly batch: number
  readonly length: number
  readonly arms: readonly StepArm[]
}

export async function measureStep(bench: Bench, preset: Preset): Promise<StepResult> {
  const watch = watchGpu()
  bench.say(`${preset.name}: ${preset.says}`)
  const model = await openPreset(preset, bench.readStarter)
  const { vocabulary } = model.family.dimensions(model.config)
  const batch = fullBatch(preset.batch, preset.length, vocabulary)
  const gpu = await bench.open()
  const studio = await studioTraining(gpu, model, attachAll(preset.methods, model.outline), batch, bench)
  const trainings: { name: string; device?: GPUDevice | undefined; tolerance?: number | undefined; training: Training; firstMs: number; firstCpuMs: number | undefined; losses: number[] }[] = [
    { name: 'tunesmith', device: gpu.device, training: studio, firstMs: studio.firstMs, firstCpuMs: studio.firstCpuMs, losses: [studio.firstLoss] },
  ]
  const peers = bench.peers.filter((peer) => peer.train && (preset.peers || peer.anyModel))
  if (peers.length > 0) {
    const spec = await loraSpecOf(model, preset.methods, studio.start, batch)
    for (const peer of peers) {
      bench.say(`${preset.name}: first step of ${peer.name}`)
      const training = await peer.train!(spec)
      const clock = bench.cpu && (training.cpu ?? bench.cpu)
      const used = await clock?.()
      const began = performance.now()
      const loss = await training.step()
      const firstMs = performance.now() - began
      trainings.push({ name: peer.name, device: peer.device, tolerance: peer.lossTolerance, training, firstMs, firstCpuMs: used === undefined ? undefined : (await clock!()) - used, losses: [loss] })
    }
  }
  const before = watch.counts()
  const counts = new Map(trainings.map(({ name }) => [name, countsBetween(before, before)]))
  const steps = new Map<string, number>()
  const hosts: number[] = []
  const counted = async ({ name, training, losses }: (typeof trainings)[number]): Promise<void> => {
    const from = watch.counts()
    if (name === 'tunesmith') {
      const { loss, hostMs } = await studio.timedStep()
      losses.push(loss)
      hosts.push(hostMs)
    } else losses.push(await training.step())
    const more = countsBetween(from, watch.counts())
    const sum = counts.get(name)!
    for (const key of Object.keys(sum) as (keyof GpuCounts)[]) sum[key] += more[key]
    steps.set(name, (steps.get(name) ?? 0) + 1)
  }
  const arms = trainings.map((arm) => ({ name: arm.name, run: () => counted(arm), cpu: arm.training.cpu }))
  const found = await interleave(arms, { ...bench, rounds: Math.max(COMPARED - 1, bench.rounds), warm: true })
  for (const { name, losses, tolerance } of trainings.slice(1)) compareLosses(name, losses.slice(0, COMPARED), trainings[0].losses.slice(0, COMPARED), tolerance)
  const encoding = await timeEncoding(gpu.device, studio.recording)
  const run = await asInARun(studio, found.get('tunesmith')!.wall.median)
  const tokens = preset.batch * preset.length
  const predictedBytes = estimate(model, { ...defaultRecipe(), methods: preset.methods }, [{ B: preset.batch, T: preset.length }]).bytes.total
  const result = trainings.map(({ name, device, training, firstMs, firstCpuMs, losses }): StepArm => {
    const timing = found.get(name)!
    const sum = counts.get(name)!
    const each = (n: number): number => n / steps.get(name)!
    const own = name === 'tunesmith'
    return {
      name, timing, firstMs, firstCpuMs, losses: losses.slice(0, COMPARED),
      tokensPerSecond: mapSpread(timing.wall, (ms) => (1000 * tokens) / ms),
      ...(device && {
        dispatches: each(sum.dispatches), submits: each(sum.submits), readBacks: each(sum.readBacks),
        created: { buffers: sum.buffers, bindGroups: sum.bindGroups, pipelines: sum.pipelines },
      }),
      peakBytes: device ? watch.bytes(device).peak : training.peakBytes?.(),
      ...(own && { run, predictedBytes, hostMsPer1000: mapSpread(spreadOf(hosts), (ms) => (1000 * ms) / each(sum.dispatches)), encodingMsPer1000: encoding, gflops: mapSpread(timing.wall, (ms) => studio.flops / ms / 1e6), flops: studio.flops }),
    }
  })
  for (const { training } of trainings) training.dispose()
  gpu.device.destroy()
  return { preset: preset.name, says: preset.says, batch: preset.batch, length: preset.length, arms: result }
}

const ENCODINGS = 30

/** Milliseconds for 1,000 dispatches, from nothing to a command buffer that nobody submits. */
async function timeEncoding(device: GPUDevice, { commands }: Recording): Promise<Spread> {
  const idle = { createCommandEncoder: () => device.createCommandEncoder(), queue: { submit: () => undefined } }
  const times: number[] = []
  await device.queue.onSubmittedWorkDone()
  for (let n = 0; n < ENCODINGS; n++) {
    const began = performance.now()
    replay(idle, commands)
    times.push((1000 * (performance.now() - began)) / commands.length)
  }
  return spreadOf(times)
}

/** Steps whose losses nobody waits for, read together as in a run; a few before them teach the pace. */
async function asInARun(studio: StudioTraining, stepMs: number): Promise<RunFigures> {
  const steps = Math.max(3, Math.min(RUN_STEPS, Math.floor(LONGEST_RUN_MS / stepMs)))
  await studio.goOn(Math.min(steps, 5))
  const from = watchGpu().counts()
  const began = performance.now()
  await studio.goOn(steps)
  const ms = (performance.now() - began) / steps
  const { submits, readBacks } = countsBetween(from, watchGpu().counts())
  return { steps, ms, submits: submits / steps, readBacks: readBacks / steps }
}

/** Throws where two libraries did not compute the same. */
export function compareLosses(name: string, losses: readonly number[], ours: readonly number[], tolerance = LOSS_TOLERANCE): void {
  const at = ours.findIndex((loss, i) => !(Math.abs(losses[i] - loss) <= tolerance * Math.abs(loss)))
  if (at < 0) return
  const show = (list: readonly number[]): string => list.map((x) => x.toFixed(5)).join(', ')
  throw new Error(`${name}'s loss of step ${at + 1} is not ours, so no time is quoted: ${show(losses)}; ours ${show(ours)}.`)
}
