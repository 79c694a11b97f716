// Collects the nodes and constants of an ONNX graph. A value is its name; names say where in the model it was made.
// Knows operators by name only: what they mean is the tracer's.
import { elementTypes, type ElementType, type OnnxAttribute, type OnnxNode, type OnnxTensor } from '../files/onnx/onnxModel.ts'
import { streamedBytes } from '../files/zip.ts'

type Attributes = Readonly<Record<string, OnnxAttribute>>

export class NodeList {
  readonly nodes: OnnxNode[] = []
  private readonly held = new Map<string, OnnxTensor>()
  private readonly taken = new Map<string, number>()
  /** A value in another type: `name type` → value. */
  private readonly casts = new Map<string, string>()
  private readonly shared = new Map<string, string>()
  private scopes: string[] = []

  get tensors(): readonly OnnxTensor[] {
    return [...this.held.values()]
  }

  /** Nodes made inside are named after this part of the model. */
  within<T>(scope: string, make: () => T): T {
    this.scopes.push(scope)
    try {
      return make()
    } finally {
      this.scopes.pop()
    }
  }

  private fresh(op: string): string {
    const name = [...this.scopes, op].join('/')
    const count = this.taken.get(name) ?? 0
    this.taken.set(name, count + 1)
    return count === 0 ? name : `${name}_${count}`
  }

  emitMany(op: string, inputs: readonly string[], attributes: Attributes, count: number): string[] {
    const name = this.fresh(op)
    const outputs = Array.from({ length: count }, (_, i) => (count === 1 ? `${name}_out` : `${name}_out${i}`))
    this.nodes.push({ op, name, inputs, outputs, attributes })
    return outputs
  }
  emit(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.emitMany(op, inputs, attributes, 1)[0]
  }
  /** A node whose output is an output of the model. */
  emitAs(output: string, op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    this.nodes.push({ op, name: this.fresh(op), inputs, outputs: [output], attributes })
    return output
  }

  /** What is made once and used in many places. */
  once(key: string, make: () => string): string {
    const known = this.shared.get(key)
    if (known !== undefined) return known
    // Shared values belong to no layer.
    const { scopes } = this
    this.scopes = ['shared']
    try {
      const made = make()
      this.shared.set(key, made)
      return made
    } finally {
      this.scopes = scopes
    }
  }

  /** The same numbers as `to`; going back to where they came from costs nothing. */
  cast(x: string, from: ElementType, to: ElementType): string {
    if (from === to) return x
    const key = `${x} ${to}`
    const known = this.casts.get(key)
    if (known !== undefined) return known
    const made = this.emit('Cast', [x], { to: elementTypes[to] })
    this.casts.set(key, made)
    // f16 → f32 → f16 is exact.
    if (from === 'float16' && to === 'float') this.casts.set(`${made} float16`, x)
    return made
  }

  /** The same name twice is the same tensor. */
  tensor(t: OnnxTensor): string {
    if (!this.held.has(t.name)) this.held.set(t.name, t)
    return t.name
  }
  /** A list of whole numbers: a shape, or axes. */
  ints(values: readonly number[]): string {
    return this.tensor(constant(`ints/${values.join(',')}`, 'int64', [values.length], BigInt64Array.from(values.map(BigInt))))
  }
  int(value: number): string {
    return this.tensor(constant(`int/${value}`, 'int64', [], BigInt64Array.of(BigInt(value))))
  }
  number(value: number): string {
    return this.tensor(constant(`number/${value}`, 'float', [], Float32Array.of(value)))
  }
  numbers(name: string, values: Float32Array): string {
    return this.tensor(constant(name, 'float', [values.length], values))
  }
}

function constant(name: string, type: ElementType, shape: readonly number[], values: Float32Array | BigInt64Array): OnnxTensor {
  return { name, type, shape, ...streamedBytes(new Uint8Array(values.buffer.slice(0), values.byteOffset, values.byteLength)) }
}
