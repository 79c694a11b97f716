// Trains one subject on one device: uploads batches, replays the recorded step, updates the flat parameters.
// It knows nothing of recipes, files or time; `session.ts` drives it. Nothing is awaited inside a step.
import type { Batch } from '../data/batches.ts'
import { plan, type Plan } from '../engine/plan.ts'
import { readNow } from '../engine/readback.ts'
import { Readings, type Slot } from '../engine/readings.ts'
import { record, type Recording } from '../engine/record.ts'
import { copyNumber, replay, writeInputs, type InputValues } from '../engine/replay.ts'
import { SlotPool } from '../engine/slotPool.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Base } from './base.ts'
import type { subjectOf } from './base.ts'
import { normsByLevel, stretchesOf, traceLayerNorms, type Stretch } from './layerNorms.ts'
import type { Group, Window } from './layout.ts'
import { ROW_STEP } from './loss.ts'
import { PLAIN, type Objective } from './objective.ts'
import { Params } from './params.ts'
import type { Stage } from './stages.ts'
import { BASE, traceStep, type StepShape } from './step.ts'
import { statesOf, tracePenalties, traceUpdate, type UpdateGraph } from './update.ts'
import { placeVirtual, pooledFirst, virtualTokens } from './virtualTokens.ts'

interface Prepared {
  readonly recording: Recording
  readonly loss: Tensor
  readonly tokenLosses: readonly Tensor[]
  readonly flops: number
  readonly reached: ReadonlySet<string>
}

/** Sum of token losses in nats of each micro-batch of a step, and the gradient norm before clipping. */
export interface StepNumbers {
  /** Milliseconds that the step took: the mean over those whose numbers arrived together. */
  readonly ms: number
  readonly losses: readonly number[]
  /** What methods add to the mean loss of the step. */
  readonly penalty: number
  readonly gradNorm: number
  /** The loss's gradient by level of depth (see levels.ts), lowest first, without penalties; where it was asked for. */
  readonly layers?: readonly (readonly [level: number, norm: number])[]
}

/** Work per submit before anything was measured: short even on a slow device. */
const FIRST_SUBMIT = 2e8
const LEAST_SUBMIT = 1e7
const SUBMIT_MS = 180
const FASTER = 8
/** Micro-batches whose losses one step can report. */
const MOST_MICRO_BATCHES = 256
/** Where a step's numbers lie among those that are read: gradient norm, penalty, losses, then norms by level. */
const [NORM, PENALTY, LOSSES] = [0, 1, 2]
const LEVELS = LOSSES + MOST_MICRO_BATCHES
/** Steps whose numbers can be read together. */
export const MOST_HELD = 16

/** Length of the row list for a number of trained rows: few sizes, so that few recordings exist. */
export function rowBucket(trained: number, places: number): number {
  let rows = ROW_STEP
  while (rows < trained) rows *= 2
  return Math.min(rows, Math.ceil(places / ROW_STEP) * ROW_STEP)
}

const stageKey = (stage: Stage | undefined): string => (stage ? `, learning from step ${stage.from}` : ', learning')

export type TrainSubject = ReturnType<typeof subjectOf>

export class Learner {
  private readonly recordings = new Map<string, Promise<Prepared>>()
  private stage: Stage | undefined
  private updating: Promise<UpdateGraph & { readonly recording: Recording }> | undefined
  private penalising: Promise<{ recording: Recording; total: Tensor }> | undefined
  private readings: Promise<Readings> | undefined
  private layering: Promise<{ readonly recording: Recording; readonly norms: readonly Tensor[] }> | undefined
  private readonly stretches: readonly Stretch[]
  private readonly pool: SlotPool
  private flopsPerSubmit = FIRST_SUBMIT

  private constructor(
    readonly base: Base,
    readonly subject: TrainSubject,
    readonly params: Params,
    private readonly objective: Objective,
  ) {
    this.pool = new SlotPool(base.memory)
    this.stretches = stretchesOf(subject.layout, subject.census.levels)
  }

  static async make(base: Base, subject: TrainSubject, objective: Objective = PLAIN): Promise<Learner> {
    return new Learner(base, subject, await Params.make(base.memory, subject.layout), objective)
  }

  /** The plan of a step, without touching the GPU. */
  static planStep(subject: TrainSubject, shape: StepShape, learn = true): Plan {
    const { graph, loss, boundary } = traceStep(subject, shape, learn)
    return plan(graph, [loss], boundary)
  }

  /** Records a shape if it is new. Prepare the largest first: smaller ones then share its memory. */
  prepare(shape: StepShape, learn: boolean, stage = this.stage): Promise<Prepared> {
    const key = `${shape.batch},${shape.length},${shape.rows}${learn ? stageKey(stage) : ''}`
    let prepared = this.recordings.get(key)
    if (!prepared) {
      prepared = this.record(shape, learn, stage)
      this.recordings.set(key, prepared)
      prepared.catch(() => this.recordings.delete(key))
    }
    return prepared
  }

  /** From here on only the tensors of that stage train; until it is called, all do. `prepareUpdate` follows. */
  async enter(stage: Stage): Promise<void> {
    if (this.stage === stage) return
    const left = stageKey(this.stage)
    this.stage = stage
    for (const [key, prepared] of this.recordings) {
      if (!key.endsWith(left)) continue
      this.recordings.delete(key)
      ;(await prepared).recording.dispose()
    }
  }

  private async record(shape: StepShape, learn: boolean, stage: Stage | undefined): Promise<Prepared> {
    const { graph, loss, tokenLosses, boundary, reached } = traceStep(this.subject, shape, learn, this.objective, stage?.keys)
    const planned = plan(graph, learn ? [loss] : [loss, ...tokenLosses], boundary)
    await this.base.tune(planned)
    const recording = await this.recordGraph(planned)
    return { recording, loss, tokenLosses, reached, flops: recording.commands.reduce((n, c) => n + c.flops, 0) }
  }

  private recordGraph(p: Plan): Promise<Recording> {
    const { memory, pipelines, weights, choose } = this.base
    return record(p, memory, pipelines, new Map([...weights.shared, ...this.params.shared]), { choose, pool: this.pool })
  }

  /**
   * Records the optimizer's update, and what methods add to it. Call before the first step of each stage.
   * @param groupOf learning-rate factor and decay of each tensor; tensors without a gradient are left alone
   * @param steps of the whole run, for methods that plan over them
   */
  async prepareUpdate(groupOf: (w: Window) => Group, reached?: ReadonlySet<string>, steps?: number): Promise<void> {
    for (const made of [await this.updating, await this.penalising]) made?.recording.dispose()
    const still: Group = { lrScale: 0, weightDecay: 0 }
    const update = traceUpdate(this.subject, (w) => (reached && !reached.has(w.key) ? still : groupOf(w)), steps, this.objective.penalties)
    this.updating = this.params
      .add(statesOf(update.graph))
      .then(() => this.recordGraph(plan(update.graph, [update.norm])))
      .then((recording) => ({ ...update, recording }))
    const penalties = tracePenalties(this.subject, steps)
    this.penalising = penalties && this.recordGraph(plan(penalties.graph, [penalties.total])).then((recording) => ({ recording, total: penalties.total }))
    await Promise.all([this.updating, this.penalising])
  }

  /** Adds the gradient of the methods' penalties; `step` does so once. */
  async penalise(): Promise<void> {
    const penalties = await this.penalising
    if (penalties) replay(this.base.gpu.device, penalties.recording.commands)
  }

  /** Updates made before tensors of this stage began to train, rising from 0. */
  async counts(): Promise<readonly number[]> {
    return (await this.updating!).since
  }

  /** Submits forward and backward of one batch; gradients add up until the next update. */
  async accumulate(batch: Batch, lossScale: number, seed: readonly [number, number]): Promise<void> {
    const { recording } = await this.ready(batch, true, lossScale, seed)
    replay(this.base.gpu.device, recording.commands, this.flopsPerSubmit)
  }

  /** The recording that a batch takes, with the batch written into it. */
  private async ready(batch: Batch, learn: boolean, lossScale: number, seed: readonly [number, number]): Promise<Prepared> {
    const prepared = await this.prepare(shapeOf(batch), learn)
    this.upload(prepared.recording, batch, lossScale, seed)
    return prepared
  }

  /**
   * One optimizer step over its micro-batches. Resolves when it is submitted; more may be submitted before its numbers arrive.
   * @param hyper AdamW's numbers, a row for each of `counts`
   * @param options.layers whether the gradient's norm is wanted layer by layer
   * @param options.hold whether its numbers may wait to be read with those of the next steps; `read` ends the wait
   */
  async step(batches: readonly Batch[], hyper: Float32Array<ArrayBuffer>, seed: readonly [number, number], { layers = false, hold = false } = {}): Promise<{ numbers: Promise<StepNumbers> }> {
    const { device } = this.base.gpu
    const trained = batches.reduce((n, b) => n + b.trainedTokens, 0)
    const update = await this.updating!
    const penalties = await this.penalising
    const layering = layers ? await (this.layering ??= this.prepareLayers()) : undefined
    const readings = await this.reading()
    const slot = await readings.take()
    const report = (recording: Recording, t: Tensor, place: number) => copyNumber(recording.place(t), slot.buffer, slot.offset + 4 * place)
    let flops = 0
    for (const [i, batch] of batches.entries()) {
      // Every micro-batch draws masks and noise of its own.
      const draw = [seed[0], seed[1] * batches.length + i] as const
      const pass = await this.ready(batch, true, 1 / Math.max(1, trained), draw)
      flops += pass.flops
      const commands = [...pass.recording.commands, report(pass.recording, pass.loss, LOSSES + i)]
      // The update goes out with the last of them: each submit costs a fast GPU as much as a few kernels.
      if (i === batches.length - 1) {
        if (penalties) commands.push(...penalties.recording.commands, report(penalties.recording, penalties.total, PENALTY))
        // AdamW leaves the gradient empty.
        if (layering) commands.push(...layering.recording.commands, ...layering.norms.map((t, n) => report(layering.recording, t, LEVELS + n)))
        const { recording, norm: total, hyper: numbers } = update
        device.queue.writeBuffer(recording.place(numbers).buffer, 0, hyper)
        if (recording.plan.graph.sources.some((t) => t.name === 'step')) device.queue.writeBuffer(recording.place(recording.plan.graph.input('step', [1])).buffer, 0, Float32Array.of(seed[1]))
        commands.push(...recording.commands, report(recording, total, NORM))
      }
      replay(device, commands, this.flopsPerSubmit)
    }
    readings.submitted(hold)
    return { numbers: this.collect(slot, { losses: batches.length, penalty: penalties !== undefined, layers, flops }) }
  }

  /** Reads the numbers of steps that were held. */
  async read(): Promise<void> {
    ;(await this.readings)?.read()
  }

  private async collect(slot: Slot, has: { losses: number; penalty: boolean; layers: boolean; flops: number }): Promise<StepNumbers> {
    const { numbers, ms } = await slot.arrived
    this.learnSpeed(has.flops, ms)
    return {
      ms,
      gradNorm: numbers[NORM],
      penalty: has.penalty ? numbers[PENALTY] : 0,
      losses: [...numbers.subarray(LOSSES, LOSSES + has.losses)],
      ...(has.layers && { layers: normsByLevel(this.stretches, numbers.subarray(LEVELS)) }),
    }
  }

  private async prepareLayers(): Promise<NonNullable<Awaited<typeof this.layering>>> {
    const { graph, norms } = traceLayerNorms(this.subject.layout, this.stretches)
    return { recording: await this.recordGraph(plan(graph, norms)), norms }
  }

  /** Keeps submits near their time budget, from how fast the last steps ran. */
  private learnSpeed(flops: number, ms: number): void {
    if (ms < 1) return
    // Slower at once. Faster by steps: a first step compiles, and a short one is measured badly.
    this.flopsPerSubmit = Math.min(Math.max((flops / ms) * SUBMIT_MS, LEAST_SUBMIT), FASTER * this.flopsPerSubmit)
  }

  private reading(): Promise<Readings> {
    return (this.readings ??= Readings.make(this.base.memory, LEVELS + this.stretches.length, MOST_HELD))
  }

  /** Mean loss in nats per trained token over batches, without learning. */
  async evaluate(batches: Iterable<Batch>): Promise<{ loss: number; tokens: number }> {
    let [loss, tokens] = [0, 0]
    const readings = await this.reading()
    readings.read()
    const arriving: Promise<number>[] = []
    const drain = async (most: number): Promise<void> => {
      while (arriving.length > most) loss += await arriving.shift()!
    }
    for (const batch of batches) {
      const slot = await readings.take()
      const { recording, loss: sum, flops } = await this.ready(batch, false, 1, [0, 0])
      replay(this.base.gpu.device, [...recording.commands, copyNumber(recording.place(sum), slot.buffer, slot.offset)], this.flopsPerSubmit)
      readings.submitted()
      const found = slot.arrived.then(({ numbers, ms }) => {
        this.learnSpeed(flops, ms)
        return numbers[0]
      })
      // Marked as handled: where the first fails, nobody awaits the rest.
      found.catch(() => undefined)
      arriving.push(found)
      tokens += batch.trainedTokens
      await drain(1)
    }
    await drain(0)
    return { loss: tokens > 0 ? loss / tokens : Number.NaN, tokens }
  }

  /** Loss in nats at each place of a batch (B, T), 0 where none is asked for; without learning. */
  async tokenLosses(batch: Batch): Promise<Float32Array> {
    const { recording, tokenLosses } = await this.prepare(shapeOf(batch), false)
    this.upload(recording, batch, 1, [0, 0])
    replay(this.base.gpu.device, recording.commands, this.flopsPerSubmit)
    const found = (await readNow(this.base.memory, tokenLosses.map((t) => recording.place(t)))).flatMap((bytes) => [...new Float32Array(bytes)])
    let n = 0
    return Float32Array.from(batch.targets, (t) => (t < 0 ? 0 : found[n++]))
  }

  private upload(recording: Recording, batch: Batch, lossScale: number, seed: readonly [number, number]): void {
    const rows = new Int32Array(shapeOf(batch).rows).fill(-1)
    const targets = new Int32Array(rows.length).fill(-100)
    const places = placeVirtual(batch, virtualTokens(this.subject.attachments), pooledFirst(this.subject))
    const trained: number[] = []
    let n = 0
    batch.targets.forEach((t, i) => {
      if (t < 0) return
      trained.push(i)
      rows[n] = places.row(i)
      targets[n++] = t
    })
    const inputs: Record<string, InputValues> = {
      tokens: batch.tokens,
      ...places.inputs,
      rows,
      targets,
      'loss scale': Float32Array.of(lossScale),
      seed: Uint32Array.from(seed),
      task: Int32Array.of(batch.task ?? 0),
    }
    if (this.objective.klToBase > 0) {
      const alone = placeVirtual(batch, { prompt: 0, prefix: 0 }).inputs
      for (const [name, values] of Object.entries(alone)) inputs[BASE + name] = values
      inputs[`${BASE}rows`] = Int32Array.from(rows, (_, i) => trained[i] ?? -1)
    }
    writeInputs(this.base.gpu.device, recording, inputs)
  }

  async dispose(): Promise<void> {
    for (const r of await Promise.allSettled(this.recordings.values())) if (r.status === 'fulfilled') r.value.recording.dispose()
    for (const made of [this.updating, this.penalising]) (await made?.catch(() => undefined))?.recording.dispose()
    const layers = await this.layering?.catch(() => undefined)
    layers?.recording.dispose()
    ;(await this.readings?.catch(() => undefined))?.dispose()
    this.pool.dispose()
    this.params.dispose()
  }
}

export function shapeOf(batch: Batch): StepShape {
  let trained = 0
  for (const t of batch.targets) if (t >= 0) trained++
  return { batch: batch.B, length: batch.T, rows: rowBucket(trained, batch.B * batch.T) }
}
