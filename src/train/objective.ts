// What a training step minimises besides plain cross-entropy: everything of the recipe that changes the traced graphs.
// Scoring and validation know none of it, so that their losses compare between runs.
import type { PenaltyAttrs } from '../ops/penalty.ts'
import { Fault } from '../protocol/failure.ts'
import type { Training } from '../protocol/training.ts'
import type { Census, Outline, WeightEntry } from './census.ts'

export interface Objective {
  /** Share of every target that is spread over all tokens alike, as transformers' LabelSmoother does. */
  readonly labelSmoothing: number
  /** α of the uniform noise on token embeddings. */
  readonly neftuneNoise: number
  /** Weight of KL(base ‖ tuned) at every trained token; part of the loss that steps report. */
  readonly klToBase: number
  /** On all tensors that train; the loss that steps report leaves them out. */
  readonly penalties: PenaltyAttrs
  /** What is computed again in the backward pass rather than kept; changes no result. */
  readonly checkpointing: Training['gradient_checkpointing']
  /** Whether what is kept for the backward pass is rounded to 16-bit floats. */
  readonly halfActivations: boolean
}

export const PLAIN: Objective = { labelSmoothing: 0, neftuneNoise: 0, klToBase: 0, penalties: { l1: 0, l2: 0, l2Start: 0 }, checkpointing: 'off', halfActivations: false }

export const objectiveOf = (t: Training): Objective => ({
  labelSmoothing: t.label_smoothing_factor,
  neftuneNoise: t.neftune_noise_alpha,
  klToBase: t.kl_to_base,
  penalties: { l1: t.l1_penalty, l2: t.l2_penalty, l2Start: t.l2_start_penalty },
  checkpointing: t.gradient_checkpointing,
  halfActivations: t.saved_activations === 'float16',
})

/** Base tensors that a step reads: the frozen ones, and all of them where the base itself runs beside the tuned model. Refuses a pull to a base that has no head. */
export function weightsFor(objective: Objective, { outline }: { readonly outline: Outline }, subject: { readonly census: Census }): readonly WeightEntry[] {
  if (objective.klToBase === 0) return subject.census.weights
  if (outline.taskType !== 'CAUSAL_LM')
    throw new Fault('bad-recipe', 'The base of a model for classes has no answers of its own that tuning could stay near.', 'Set kl_to_base to 0; l2_start_penalty keeps the values themselves near the base.')
  return outline.manifest
}
