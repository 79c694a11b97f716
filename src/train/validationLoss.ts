// The mean loss of the base with an adapter over a dataset's validation rows, as a run with that recipe measures it.
import { planBatches } from '../data/batches.ts'
import type { Dataset } from '../data/dataset.ts'
import { prepare } from '../data/prepare.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { subjectOf, type Base } from './base.ts'
import { Learner } from './learner.ts'
import type { OpenAdapter } from './openAdapter.ts'
import { classesOf } from './runData.ts'

export interface ValidationLoss {
  /** Nats per trained token. */
  readonly loss: number
  readonly tokens: number
  readonly rows: number
}

/** Undefined where the recipe holds no row out, or none has anything to learn. */
export async function validationLoss(base: Base, adapter: OpenAdapter, dataset: Dataset, recipe: Recipe): Promise<ValidationLoss | undefined> {
  const { chatTemplate } = base.folder
  const { validation } = prepare(dataset, { tokenizer: base.tokenizer(), recipe, ...(chatTemplate !== undefined && { chatTemplate }), ...classesOf(base, recipe) })
  if (validation.length === 0) return undefined
  const { batch_size: batchSize, max_length } = recipe.training
  const maxLength = Math.min(max_length, base.family.dimensions(base.config).contextLength)
  // Virtual tokens cannot stand in packed rows, and the mean over tokens does not depend on packing.
  const plan = planBatches(validation, { batchSize, maxLength, packing: false, seed: recipe.seed })
  const subject = subjectOf(base, adapter.attachments)
  await base.weights.load(subject.census.weights)
  const learner = await Learner.make(base, subject)
  try {
    learner.params.write('values', adapter.values)
    const batches = Array.from({ length: plan.batchesPerEpoch }, (_, i) => plan.batch(i))
    return { ...(await learner.evaluate(batches)), rows: validation.length }
  } finally {
    await learner.dispose()
  }
}
