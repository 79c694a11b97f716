// How long a run would take on this device: a few real steps of the largest batch are timed, then scaled to the run's
// padded tokens. The probe trains a throw-away copy with learning rate 0. A software adapter is timed on one row, since its
// time grows with the rows; a GPU is timed on whole batches, since its does not.
import type { Batch, BatchPlan } from '../data/batches.ts'
import { adamwHyper } from '../optim/adamwHyper.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { attachRecipe } from './attachRecipe.ts'
import { subjectOf, type Base } from './base.ts'
import { Learner, shapeOf } from './learner.ts'
import { stagesOf } from './stages.ts'
import { objectiveOf, weightsFor } from './objective.ts'
import { freshValues } from './freshValues.ts'

/** Enough time measured. */
const ENOUGH_MS = 400
const MOST_STEPS = 5
/** Batches sampled to learn how long the run's batches are on average. */
const SAMPLED = 64

/** @param cancelled asked between steps: a run that wants the GPU ends the probe */
export async function probeSeconds(base: Base, recipe: Recipe, batches: BatchPlan, cancelled: () => boolean): Promise<number | undefined> {
  const subject = subjectOf(base, attachRecipe(recipe, base))
  const objective = objectiveOf(recipe.training)
  await base.weights.load(weightsFor(objective, base, subject))
  const learner = await Learner.make(base, subject, objective)
  try {
    // Decomposing every layer for PiSSA takes longer than the steps that are timed, and they do not depend on it.
    const windows = [...subject.layout.windows].map(([key, w]) => [key, w.init.kind === 'leading part' ? { ...w, init: { kind: 'zeros' as const } } : w] as const)
    learner.params.write('values', await freshValues(base, { ...subject.layout, windows: new Map(windows) }, 0))
    await learner.enter(stagesOf(subject.census, base.family.dimensions(base.config).layers, recipe.training).at(-1)!)
    await learner.prepareUpdate(() => ({ lrScale: 1, weightDecay: 0 }))
    const sampled = Array.from({ length: Math.min(SAMPLED, batches.batchesPerEpoch) }, (_, i) => batches.batch(i))
    const whole = sampled.reduce((a, b) => (b.T > a.T ? b : a))
    const largest = base.gpu.info.software ? firstRow(whole) : whole
    const hyper = adamwHyper({ beta1: 0.9, beta2: 0.999, eps: 1e-8, maxGradNorm: 1 }, 0, 1)
    await learner.prepare(shapeOf(largest), true)
    const once = async (): Promise<void> => void (await (await learner.step([largest], hyper, [0, 0])).numbers)
    await once()
    if (cancelled()) return undefined
    const started = performance.now()
    let steps = 0
    do {
      await once()
      steps++
    } while (performance.now() - started < ENOUGH_MS && steps < MOST_STEPS && !cancelled())
    const ms = (performance.now() - started) / steps
    const meanPlaces = sampled.reduce((n, b) => n + b.B * b.T, 0) / sampled.length
    const { steps: total, gradient_accumulation_steps: k } = recipe.training
    return (total * k * ms * meanPlaces) / (largest.B * largest.T) / 1000
  } finally {
    await learner.dispose()
  }
}

function firstRow({ T, tokens, targets, positions, segments }: Batch): Batch {
  const [row, trained] = [targets.slice(0, T), targets.slice(0, T).filter((t) => t >= 0).length]
  return { B: 1, T, tokens: tokens.slice(0, T), targets: row, positions: positions.slice(0, T), segments: segments.slice(0, T), rows: 1, tokenCount: T, trainedTokens: trained }
}
