// What a training step minimises besides plain cross-entropy: everything of the recipe that changes the traced graph.
// Scoring and validation know none of it, so that their losses compare between runs.
import type { Training } from '../protocol/training.ts'

export interface Objective {
  /** Share of every target that is spread over all tokens alike, as transformers' LabelSmoother does. */
  readonly labelSmoothing: number
  /** α of the uniform noise on token embeddings. */
  readonly neftuneNoise: number
}

export const PLAIN: Objective = { labelSmoothing: 0, neftuneNoise: 0 }

export const objectiveOf = (t: Training): Objective => ({ labelSmoothing: t.label_smoothing_factor, neftuneNoise: t.neftune_noise_alpha })
