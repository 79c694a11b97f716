// For tests: a golden checkpoint on the test device, and a short training run on it without a recipe or a session.
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import type { Batch } from '../data/batches.ts'
import { testGpu } from '../engine/testGpu.ts'
import type { ModelFolder } from '../files/modelFolder.ts'
import { bits } from '../lib/rng.ts'
import type { Attachment } from '../methods/method.ts'
import { adamwHyper } from '../optim/adamwHyper.ts'
import { mount, openModel, subjectOf, type Base } from './base.ts'
import { Learner, shapeOf, type TrainSubject } from './learner.ts'
import { freshValues } from './freshValues.ts'
import type { Kept } from './keptAs.ts'

/** A mounted model with its weights loaded; `base.weights.dispose()` gives everything back. */
export async function testBase(model: string | ModelFolder, kept: Kept = {}): Promise<Base> {
  const base = mount(openModel(typeof model === 'string' ? await goldenModel(model) : model, kept), await testGpu())
  await base.weights.load(subjectOf(base, []).census.weights)
  return base
}

/** Rows of random tokens, of which all but the first three are trained; the last row is shorter by two. */
export function testBatch(base: Base, seed: number, B = 2, T = 12): Batch {
  const { vocabulary } = base.family.dimensions(base.config)
  const n = B * T
  const tokens = Int32Array.from({ length: n }, (_, i) => bits(seed, 1, i) % Math.min(vocabulary, 300))
  const positions = Int32Array.from({ length: n }, (_, i) => i % T)
  const segments = new Int32Array(n)
  segments.fill(-1, n - 2)
  const targets = Int32Array.from({ length: n }, (_, i) => (i % T < 2 || i % T === T - 1 || i >= n - 3 ? -100 : tokens[i + 1]))
  const trainedTokens = targets.reduce((count, t) => count + (t >= 0 ? 1 : 0), 0)
  return { B, T, tokens, targets, positions, segments, rows: B, tokenCount: n - 2, trainedTokens }
}

export interface TestRun {
  readonly learner: Learner
  readonly subject: TrainSubject
  /** Values before the first step. */
  readonly initial: Float32Array
  /** Mean loss of every step. */
  readonly losses: readonly number[]
}

/** Trains on one batch over and over, at a constant rate. The caller disposes of the learner. */
export async function testTrain(
  base: Base,
  attachments: readonly Attachment[],
  batch: Batch,
  steps: number,
  rate: number,
): Promise<TestRun> {
  const subject = subjectOf(base, attachments)
  await base.weights.load(subject.census.weights)
  const learner = await Learner.make(base, subject)
  const initial = await freshValues(base, subject.layout, 1)
  learner.params.write('values', initial)
  const { reached } = await learner.prepare(shapeOf(batch), true)
  await learner.prepareUpdate(() => ({ lrScale: 1, weightDecay: 0 }), reached, steps)
  const optimizer = { beta1: 0.9, beta2: 0.999, eps: 1e-8, maxGradNorm: 1 }
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    const { numbers } = await learner.step([batch], adamwHyper(optimizer, rate, step + 1), [1, step])
    losses.push((await numbers).losses[0] / batch.trainedTokens)
  }
  return { learner, subject, initial, losses }
}
