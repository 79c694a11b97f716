// How long a run would take on this device: a few real steps of the largest batch are timed, then scaled to the run's
// padded tokens. The probe trains a throw-away copy with learning rate 0.
import type { BatchPlan } from '../data/batches.ts'
import { attachAll } from '../methods/registry.ts'
import { adamwHyper } from '../optim/adamwHyper.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { subjectOf, type Base } from './base.ts'
import { Learner, shapeOf } from './learner.ts'
import { initialValues } from './params.ts'

/** Enough time measured. */
const ENOUGH_MS = 400
const MOST_STEPS = 5
/** Batches sampled to learn how long the run's batches are on average. */
const SAMPLED = 64

export async function probeSeconds(base: Base, recipe: Recipe, batches: BatchPlan): Promise<number> {
  const subject = subjectOf(base, attachAll(recipe.methods, base.outline))
  await base.weights.load(subject.census.weights)
  const learner = await Learner.make(base, subject)
  try {
    learner.params.write('values', await initialValues(subject.layout, 0, (name) => base.weights.readF32(name)))
    await learner.prepareUpdate(() => ({ lrScale: 1, weightDecay: 0 }))
    const sampled = Array.from({ length: Math.min(SAMPLED, batches.batchesPerEpoch) }, (_, i) => batches.batch(i))
    const largest = sampled.reduce((a, b) => (b.T > a.T ? b : a))
    const hyper = adamwHyper({ beta1: 0.9, beta2: 0.999, eps: 1e-8, maxGradNorm: 1 }, 0, 1)
    await learner.prepare(shapeOf(largest), true)
    const once = async (): Promise<void> => void (await (await learner.step([largest], hyper, [0, 0])).numbers)
    await once()
    const started = performance.now()
    let steps = 0
    do {
      await once()
      steps++
    } while (performance.now() - started < ENOUGH_MS && steps < MOST_STEPS)
    const ms = (performance.now() - started) / steps
    const meanPlaces = sampled.reduce((n, b) => n + b.B * b.T, 0) / sampled.length
    const { steps: total, gradient_accumulation_steps: k } = recipe.training
    return (total * k * ms * meanPlaces) / (largest.B * largest.T) / 1000
  } finally {
    await learner.dispose()
  }
}
