// One use of an op: which tensors it reads and makes.
import type { Attrs, OpDefinition } from './op.ts'
import type { Tensor } from './tensor.ts'

export interface Node<A extends Attrs = Attrs> {
  readonly op: OpDefinition
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly outputs: Readonly<Record<string, Tensor>>
  readonly attrs: A
  /** Where in the model it was emitted, for errors and prints: `model.layers.0.mlp`. */
  readonly scope: string
}
