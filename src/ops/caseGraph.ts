// Builds the one-node graph of an op's test case, with reproducible inputs already rounded to their storage type.
import { isBlockType } from '../graph/blocks.ts'
import { Graph } from '../graph/graph.ts'
import type { Case, OpDefinition } from '../graph/op.ts'
import type { Attrs } from '../graph/op.ts'
import { unpackBlocks } from '../graph/packBlocks.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from '../lib/halfFloat.ts'
import { normal } from '../lib/rng.ts'
import { caseBlocks } from './caseBlocks.ts'

export interface CaseGraph {
  readonly graph: Graph
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly outputs: Readonly<Record<string, Tensor>>
  readonly values: ReadonlyMap<string, Float32Array | Int32Array | Uint32Array>
  /** What a GPU is given: the values, and bytes where they are kept in blocks. */
  readonly stored: ReadonlyMap<string, ArrayLike<number>>
}

export function caseGraph(op: OpDefinition, c: Case<Attrs>): CaseGraph {
  const graph = new Graph()
  const inputs: Record<string, Tensor> = {}
  const values = new Map<string, Float32Array | Int32Array | Uint32Array>()
  const blocks = new Map<string, Uint8Array>()
  let stream = 0
  for (const [name, { shape, dtype = 'f32', fill }] of Object.entries(c.inputs)) {
    stream++
    inputs[name] = graph.source(op.updates?.includes(name) ? 'state' : 'input', name, shape, dtype)
    const integer = dtype === 'i32' || dtype === 'u32'
    const seedStream = stream
    const at = fill ?? ((i: number) => (integer ? 0 : normal(7, seedStream, i)))
    const numbers = Array.from({ length: sizeOf(shape) }, (_, i) => at(i))
    const f32 = Float32Array.from(numbers)
    if (isBlockType(dtype)) {
      const bytes = caseBlocks(dtype, f32, seedStream)
      blocks.set(name, bytes)
      values.set(name, unpackBlocks(bytes, dtype, f32.length))
      continue
    }
    values.set(name, dtype === 'i32' ? Int32Array.from(numbers) : dtype === 'u32' ? Uint32Array.from(numbers) : dtype === 'f16' ? f16ToF32(f32ToF16(f32)) : dtype === 'bf16' ? bf16ToF32(f32ToBf16(f32)) : f32)
  }
  return { graph, inputs, outputs: graph.emit(op, inputs, c.attrs), values, stored: new Map<string, ArrayLike<number>>([...values, ...blocks]) }
}
