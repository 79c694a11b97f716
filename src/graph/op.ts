// The contract of an op: one file in src/ops that says what it means (`reference`), how it runs (`dispatch`: data, not
// GPU calls), how it differentiates (`backward`: emits other ops) and how it is tested (`cases`).
// Names of inputs and outputs are the WGSL variable names of its shader. An op never sees a device.
import type { Graph } from './graph.ts'
import type { Node } from './node.ts'
import type { Shape } from './shape.ts'
import type { DType, Tensor } from './tensor.ts'

export type Attrs = Readonly<Record<string, number | string | boolean>>

/** Shape and dtype of every tensor a node touches, by name; absent optional inputs are missing. */
export type Sizes = Readonly<Record<string, { readonly shape: Shape; readonly dtype: DType }>>

export interface Dispatch {
  /** WGSL text (imported with `?raw`); may `#include` a file of shaders/lib and use `#if NAME … #else … #endif`. */
  readonly shader: string
  readonly entry: string
  readonly workgroups: readonly [number, number, number]
  /** Fields of the shader's `struct Params`, by name; f32 or u32 or i32 as the struct says. */
  readonly params: Readonly<Record<string, number>>
  /** Compile-time numbers: `const NAME = value;` in WGSL, and the truth of `#if NAME` (0 is false). */
  readonly defines?: Readonly<Record<string, number>>
  /** Floating-point operations, for splitting submits and for benches; 0 where bandwidth decides. */
  readonly flops?: number
  /** Features without which the device cannot run it; a dispatch with alternatives needs none itself. */
  readonly needs?: readonly GPUFeatureName[]
  /** Least size of a subgroup that it is right for. */
  readonly lanes?: number
  /** The adapters it is meant for; unsaid: all. */
  readonly suits?: 'software' | 'gpu'
  /** What it shares with other dispatches for which the same alternative is fastest; unsaid: nothing is to be measured. */
  readonly tune?: string
  /** Other ways to compute the same, for other adapters; the tuner chooses, tests cover all. */
  readonly alternatives?: readonly Dispatch[]
}

/** Oracle storage: f64 for floats so that rounding belongs to the kernel under test alone. */
export type Values = Float64Array | Int32Array | Uint32Array

export interface Fill {
  readonly shape: Shape
  readonly dtype?: DType
  /** Element i; default: standard normal, or 0 for integers. */
  readonly fill?: (i: number) => number
}
export interface Case<A extends Attrs> {
  readonly name: string
  readonly inputs: Readonly<Record<string, Fill>>
  readonly attrs: A
  /** Largest |kernel − oracle| relative to the oracle's largest magnitude; default 2e-6. */
  readonly tolerance?: number
  /** Inputs to difference numerically; default: all f32 inputs `backward` answers for. [] skips. */
  readonly differentiate?: readonly string[]
}

export interface OpDefinition<A extends Attrs = Attrs> {
  readonly name: string
  /** WGSL variable names; a trailing `?` marks an optional one. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Inputs bound read_write and changed in place; they must be state. */
  readonly updates?: readonly string[]
  /** Outputs that may take over an input's storage when it dies here: output → input. The shader binds the output's
   *  name only and reads it before writing. */
  readonly inPlace?: Readonly<Record<string, string>>
  /** Shapes of outputs (f32 unless given); throws with both shapes when inputs do not fit. */
  shape(inputs: Sizes, attrs: A): Readonly<Record<string, Shape | { readonly shape: Shape; readonly dtype: DType }>>
  /** Costs little beside a product: computing it again is better than keeping its output until the backward pass. */
  readonly light?: boolean
  /** Optional inputs that are added to an output as it is written: output → input. A sum of gradients folds into them. */
  readonly addends?: Readonly<Record<string, string>>
  /** One or more dispatches; all see every input and output by name. */
  dispatch(sizes: Sizes, attrs: A): readonly Dispatch[]
  /**
   * Emits the gradient of the inputs named in `needs`, given those of the outputs that have one.
   * Absent: the op stops gradients.
   */
  backward?(g: Graph, node: Node<A>, douts: Readonly<Record<string, Tensor>>, needs: ReadonlySet<string>): Readonly<Record<string, Tensor>>
  /** Plain loops over plain arrays: the meaning of the op. Fills `out`; in-place updates change `values` itself. */
  reference(values: Readonly<Record<string, Values>>, out: Readonly<Record<string, Values>>, sizes: Sizes, attrs: A): void
  readonly cases: readonly Case<A>[]
}

/** Inputs of a call: required names must be there. */
export type Inputs = Readonly<Record<string, Tensor | undefined>>

export interface Op<A extends Attrs = Attrs> {
  (g: Graph, inputs: Inputs, attrs: A): Readonly<Record<string, Tensor>>
  readonly definition: OpDefinition<A>
}

const registry = new Map<string, OpDefinition>()

/** Declares an op and returns the function that emits it into a graph. Names are unique. */
export function defineOp<A extends Attrs>(definition: OpDefinition<A>): Op<A> {
  // Hot reloading re-runs a file: the newest definition of the same file wins, tests check uniqueness across files.
  registry.set(definition.name, definition as unknown as OpDefinition)
  const emit = (g: Graph, inputs: Inputs, attrs: A): Readonly<Record<string, Tensor>> =>
    g.emit(definition as unknown as OpDefinition, inputs, attrs)
  return Object.assign(emit, { definition })
}

/** All ops defined so far, by name. */
export const definedOps = (): ReadonlyMap<string, OpDefinition> => registry
