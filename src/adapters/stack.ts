// Adapters on top of each other, a language's under a task's: all attached at once, each with its own strength. LoRA updates add
// up, so as one file a stack is `cat` with weights of 1, exact up to rounding. Adapters of other methods are stacked by attaching
// them in order: a list of attachments is what the tracer takes.
import type { Adapter } from '../files/adapter.ts'
import { combine } from './combine.ts'

/** One LoRA adapter that acts as all of them attached; its rank is the sum of theirs. Errors as `combine`. */
export function stack(adapters: readonly Adapter[]): Adapter {
  return combine(adapters, { combination_type: 'cat', weights: adapters.map(() => 1) })
}
