// Logits of a model with trained adapters merged into its weights, on the device and with the kernels of the base.
import type { Batch } from '../../data/batches.ts'
import { openModel, subjectOf, type Base } from '../../train/base.ts'
import { computeLogits } from '../../train/computeLogits.ts'
import type { Learner, TrainSubject } from '../../train/learner.ts'
import { mergedModel } from '../../train/mergedModel.ts'
import { takeWindow } from '../../train/params.ts'
import { Weights } from '../../train/weights.ts'

/** @param rows places in the flat batch; answers (rows, V) */
export async function mergedLogits(base: Base, subject: TrainSubject, learner: Learner, batch: Batch, rows: Int32Array<ArrayBuffer>): Promise<Float32Array> {
  const values = await learner.params.read('values')
  const read = (key: string): Float32Array | undefined => {
    const w = subject.layout.windows.get(key)
    return w && takeWindow(values, w)
  }
  // The reference merged into a model that it had widened before.
  const folder = mergedModel(base, subject.attachments.map((attachment) => ({ attachment, read })), { widen: true })
  const model = openModel(folder)
  const merged: Base = { ...base, ...model, weights: new Weights(base.memory, base.pipelines, model) }
  try {
    const bare = subjectOf(merged, [])
    await merged.weights.load(bare.census.weights)
    return await computeLogits(merged, bare, undefined, batch, rows)
  } finally {
    merged.weights.dispose()
  }
}
