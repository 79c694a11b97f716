// A static list of nodes in execution order. It runs nothing; it checks shapes as it is traced, and prints.
import { Fault } from '../protocol/failure.ts'
import type { Node } from './node.ts'
import type { Attrs, Inputs, OpDefinition, Sizes } from './op.ts'
import { showShape, sizeOf, type Shape } from './shape.ts'
import type { DType, Kind, Tensor } from './tensor.ts'

export class Graph {
  readonly nodes: Node[] = []
  /** Everything that is not made by a node, in order of first use. */
  readonly sources: Tensor[] = []
  private readonly byName = new Map<string, Tensor>()
  private nextId = 0
  private scopes: string[] = []

  /** A tensor that no node makes. The same name twice is the same tensor; another shape is an error. */
  source(kind: Exclude<Kind, 'value'>, name: string, shape: Shape, dtype: DType = 'f32', data?: Float32Array | Int32Array): Tensor {
    const known = this.byName.get(name)
    if (known) {
      if (known.kind !== kind || known.dtype !== dtype || showShape(known.shape) !== showShape(shape))
        throw new Fault('internal', `${name} was traced as ${known.kind} ${known.dtype}${showShape(known.shape)} and again as ${kind} ${dtype}${showShape(shape)}.`, 'Give one of them another name.')
      return known
    }
    const t: Tensor = { id: this.nextId++, shape, dtype, kind, name, ...(data && { data }) }
    this.byName.set(name, t)
    this.sources.push(t)
    return t
  }
  input(name: string, shape: Shape, dtype: DType = 'f32'): Tensor {
    return this.source('input', name, shape, dtype)
  }
  constant(name: string, shape: Shape, data: Float32Array | Int32Array): Tensor {
    return this.source('constant', name, shape, data instanceof Int32Array ? 'i32' : 'f32', data)
  }

  /** The same bytes under another shape, starting `offset` elements in. */
  view(of: Tensor, shape: Shape, offset = 0, name = of.name): Tensor {
    if (offset + sizeOf(shape) > sizeOf(of.shape))
      throw new Fault('internal', `A view ${showShape(shape)} at ${offset} does not fit ${name} ${showShape(of.shape)} (${this.scope}).`, 'This is a bug in the model or method that traced it.')
    return { id: this.nextId++, shape, dtype: of.dtype, kind: of.kind, name, view: { of, offset } }
  }

  /** A value of the same kind that a node is going to make. */
  likeValue({ shape, dtype, name }: Tensor): Tensor {
    return { id: this.nextId++, shape, dtype, kind: 'value', name }
  }

  /** Traces inside a named part of the model, so that errors and prints can say where. */
  within<T>(scope: string, trace: () => T): T {
    this.scopes.push(scope)
    try {
      return trace()
    } finally {
      this.scopes.pop()
    }
  }
  /** The same in a part of its own, wherever tracing is now. */
  at<T>(scope: string, trace: () => T): T {
    const outer = this.scopes
    this.scopes = [scope]
    try {
      return trace()
    } finally {
      this.scopes = outer
    }
  }
  get scope(): string {
    return this.scopes.join('.')
  }

  emit(op: OpDefinition, given: Inputs, attrs: Attrs): Readonly<Record<string, Tensor>> {
    const inputs: Record<string, Tensor> = {}
    for (const declared of op.inputs) {
      const name = declared.replace(/\?$/, '')
      const tensor = given[name]
      if (tensor) inputs[name] = tensor
      else if (!declared.endsWith('?')) throw new Fault('internal', `${op.name} needs the input ${name} (${this.scope}).`, 'This is a bug in the model or method that traced it.')
    }
    const shapes = op.shape(inputs as Sizes, attrs)
    const outputs: Record<string, Tensor> = {}
    for (const name of op.outputs) {
      const made = shapes[name]
      if (!made) continue
      const { shape, dtype } = 'shape' in made ? made : { shape: made, dtype: 'f32' as const }
      outputs[name] = { id: this.nextId++, shape, dtype, kind: 'value', name }
    }
    this.nodes.push({ op, inputs, outputs, attrs, scope: this.scope })
    return outputs
  }
}
