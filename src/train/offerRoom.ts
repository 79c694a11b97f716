// What can be done when the GPU has no room for a run: changes of the recipe that take less, as buttons, mildest first.
import { Fault, type Remedy } from '../protocol/failure.ts'
import type { Training } from '../protocol/training.ts'

/** The error itself, or for lack of memory one that offers what would take less. */
export function offerRoom(error: unknown, training: Pick<Training, 'gradient_checkpointing' | 'batch_size' | 'gradient_accumulation_steps' | 'max_length'>): unknown {
  if (!(error instanceof Fault) || error.code !== 'out-of-memory') return error
  const { gradient_checkpointing: kept, batch_size: rows, max_length: length } = training
  const remedy = (name: string, value: string | number): Remedy => ({ kind: 'training', name, value })
  const remedies = [
    ...(kept === 'off' ? [remedy('gradient_checkpointing', 'selective')] : []),
    ...(kept === 'full' ? [] : [remedy('gradient_checkpointing', 'full')]),
    ...(rows > 1 ? [remedy('batch_size', Math.ceil(rows / 2))] : []),
    ...(length > 16 ? [remedy('max_length', Math.ceil(length / 2))] : []),
  ]
  const hint = kept === 'full' ? error.hint : `Turn gradient checkpointing on, or ${error.hint.charAt(0).toLowerCase()}${error.hint.slice(1)}`
  return new Fault(error.code, error.message, hint, error.detail, [...(error.remedies ?? []), ...remedies])
}
