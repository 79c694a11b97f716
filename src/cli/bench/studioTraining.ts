// Our own training step of a preset, through the same front door as the studio: model, methods, learner.
import type { Batch } from '../../data/batches.ts'
import type { Gpu } from '../../gpu/device.ts'
import type { Attachment } from '../../methods/method.ts'
import { adamwHyper } from '../../optim/adamwHyper.ts'
import { Arrivals } from '../../train/arrivals.ts'
import { mount, subjectOf, type OpenModel } from '../../train/base.ts'
import { Learner, shapeOf } from '../../train/learner.ts'
import type { Objective } from '../../train/objective.ts'
import { initialValues } from '../../train/params.ts'
import type { Recording } from '../../engine/record.ts'
import type { Bench } from './bench.ts'
import { ADAMW } from './loraSpec.ts'
import type { Training } from './peers/peer.ts'

export interface StudioTraining extends Training {
  /** One step as `step`, and the milliseconds until everything was handed to the GPU. */
  timedStep(): Promise<{ readonly loss: number; readonly hostMs: number }>
  /** So many steps, one after the other as in a run. */
  goOn(steps: number): Promise<void>
  /** Milliseconds of the first step: tracing, planning, allocating, compiling, running. */
  readonly firstMs: number
  /** Processor milliseconds of it. */
  readonly firstCpuMs: number | undefined
  readonly firstLoss: number
  readonly recording: Recording
  readonly flops: number
  /** Where adapters started. */
  readonly start: { readonly learner: Learner; readonly values: Float32Array<ArrayBuffer> }
  /** Bytes that the studio itself knows of. */
  bytes(): number
}

/** Loads the weights and takes the first step. */
export async function studioTraining(gpu: Gpu, model: OpenModel, attachments: readonly Attachment[], batch: Batch, { cpu, threadMs = () => performance.now(), objective }: Partial<Pick<Bench, 'cpu' | 'threadMs'>> & { readonly objective?: Objective } = {}): Promise<StudioTraining> {
  const base = mount(model, gpu)
  const subject = subjectOf(model, attachments)
  await base.weights.load(subject.census.weights)
  await gpu.device.queue.onSubmittedWorkDone()
  const values = await initialValues(subject.layout, 0, (name) => base.weights.readF32(name))
  let count = 0
  const used = await cpu?.()
  const began = performance.now()
  const learner = await Learner.make(base, subject, objective)
  learner.params.write('values', values)
  await learner.prepareUpdate(() => ({ lrScale: 1, weightDecay: ADAMW.decay }))
  const { recording, flops } = await learner.prepare(shapeOf(batch), true)
  const timedStep = async (): Promise<{ loss: number; hostMs: number }> => {
    count++
    const from = threadMs()
    const { numbers } = await learner.step([batch], adamwHyper({ ...ADAMW, maxGradNorm: ADAMW.maxNorm }, ADAMW.rate, count), [0, count])
    const hostMs = threadMs() - from
    const { losses } = await numbers
    return { loss: losses[0] / batch.trainedTokens, hostMs }
  }
  const goOn = async (steps: number): Promise<void> => {
    const arrivals = new Arrivals(learner)
    for (let n = 0; n < steps; n++) {
      count++
      const { hold } = arrivals
      const { numbers } = await learner.step([batch], adamwHyper({ ...ADAMW, maxGradNorm: ADAMW.maxNorm }, ADAMW.rate, count), [0, count], { hold })
      await arrivals.add(numbers, hold, () => undefined)
    }
    await arrivals.drain()
  }
  const first = await timedStep()
  const firstMs = performance.now() - began
  const firstCpuMs = used === undefined ? undefined : (await cpu!()) - used
  return {
    timedStep,
    goOn,
    step: async () => (await timedStep()).loss,
    firstMs,
    firstCpuMs,
    firstLoss: first.loss,
    recording,
    flops,
    start: { learner, values },
    bytes: () => base.memory.bytes(),
    dispose() {
      base.weights.dispose()
      void learner.dispose()
    },
  }
}

/** Every place holds a token and is trained. */
export function fullBatch(B: number, T: number, vocabulary: number): Batch {
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
