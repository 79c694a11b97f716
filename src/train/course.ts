// The course of a run on its learner: which tensors train at a step, at what rates, and the recordings that takes.
// It knows nothing of data beyond its shapes, and nothing of storage or events.
import type { BatchPlan } from '../data/batches.ts'
import { adamwRows } from '../optim/adamwHyper.ts'
import { schedule, type ScheduleName } from '../optim/schedule.ts'
import type { Training } from '../protocol/training.ts'
import type { Group, Window } from './layout.ts'
import { shapeOf, type Learner } from './learner.ts'
import { beginsAt, rateAt, stageAt, stagesOf, stageText, type Stage } from './stages.ts'
import type { StepShape } from './step.ts'

/** Batches looked at before the start to learn which shapes occur. */
const MOST_SCANNED = 4096

export class Course {
  private readonly stages: readonly Stage[]
  private readonly shapes: readonly StepShape[]
  private readonly layers: number
  private current: Stage | undefined

  constructor(
    private readonly learner: Learner,
    private readonly training: Training,
    train: BatchPlan,
  ) {
    const { family, config } = learner.base
    this.layers = family.dimensions(config).layers
    this.stages = stagesOf(learner.subject.census, this.layers, training)
    this.shapes = shapesOf(train, training)
  }

  /** Everything that a run from this step on needs of the GPU. */
  async begin(step: number): Promise<void> {
    // The largest shape of the deepest stage first: all others then live in its memory.
    await this.learner.prepare(this.shapes[0], true, this.stages.at(-1))
    await this.enter(stageAt(this.stages, step))
  }

  /** Whether other tensors train at this step than at the one before. */
  turnsAt(step: number): boolean {
    return stageAt(this.stages, step) !== this.current
  }

  async turn(step: number): Promise<void> {
    await this.enter(stageAt(this.stages, step))
  }

  /** What trains now, in words; undefined where that never changes. */
  get text(): string | undefined {
    return this.current && this.stages.length > 1 ? stageText(this.current, this.layers) : undefined
  }

  /** The rate of a step, and what its update reads. */
  async numbers(step: number): Promise<{ readonly learningRate: number; readonly hyper: Float32Array<ArrayBuffer> }> {
    const t = this.training
    const optimizer = { beta1: t.adam_beta1, beta2: t.adam_beta2, eps: t.adam_epsilon, maxGradNorm: t.max_grad_norm }
    const learningRate = t.learning_rate * schedule(t.lr_scheduler_type as ScheduleName, step, t.warmup_steps, t.steps)
    return { learningRate, hyper: adamwRows(optimizer, learningRate, step + 1, await this.learner.counts()) }
  }

  private async enter(stage: Stage): Promise<void> {
    this.current = stage
    await this.learner.enter(stage)
    const [largest, ...others] = this.shapes
    const { reached } = await this.learner.prepare(largest, true)
    for (const shape of others) await this.learner.prepare(shape, true)
    await this.learner.prepareUpdate((w) => this.groupOf(w), reached, this.training.steps)
  }

  private groupOf(w: Window): Group {
    const since = beginsAt(this.stages, w.key)
    if (since === undefined) return { lrScale: 0, weightDecay: 0 }
    const { attachments, census } = this.learner.subject
    const rate = rateAt(census.levels.get(w.key)!, this.layers, this.training.layerwise_lr_decay)
    return { lrScale: (attachments[w.owner].lrScale?.(w.key) ?? 1) * rate, weightDecay: w.decays ? this.training.weight_decay : 0, since }
  }
}

/** Every shape a run will meet, largest first; beyond a few thousand batches, those of the first ones. */
function shapesOf(train: BatchPlan, { steps, gradient_accumulation_steps: k }: Training): StepShape[] {
  const found = new Map<string, StepShape>()
  for (let i = 0; i < Math.min(steps * k, MOST_SCANNED); i++) {
    const shape = shapeOf(train.batch(i))
    found.set(`${shape.length},${shape.rows}`, shape)
  }
  return [...found.values()].toSorted((a, b) => b.length - a.length || b.rows - a.rows)
}
