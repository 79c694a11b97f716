// A tensor of a checkpoint as GGUF holds it: rows in llama.cpp's order, halves or 8-bit blocks, converted while it passes
// through. Only where rows change places is a tensor held whole, one at a time.
import { concat } from '../../lib/bytes.ts'
import { f32ToF16 } from '../../lib/halfFloat.ts'
import { toF32 } from '../dtype.ts'
import type { TensorEntry } from '../readTensors.ts'
import type { GgufLayout } from './ggufNames.ts'
import { tensorTypes } from './ggufTypes.ts'
import { quantizeQ8 } from './quantizeQ8.ts'
import type { GgufTensor } from './writeGguf.ts'

/** Types of matrices that are written here. */
export type GgufMatrixType = 'F32' | 'F16' | 'Q8_0'

/** A type that rows of this length can have: blocks do not cross rows. Vectors and positions stay F32, as llama.cpp wants them. */
function storedType(name: string, shape: readonly number[], wanted: GgufMatrixType): GgufMatrixType {
  if (shape.length < 2 || name.startsWith('position_embd')) return 'F32'
  return wanted === 'Q8_0' && shape.at(-1)! % tensorTypes.Q8_0.block !== 0 ? 'F16' : wanted
}

export function ggufTensor(entry: TensorEntry, name: string, layout: GgufLayout, wanted: GgufMatrixType): GgufTensor {
  const shape = layout.transposed ? entry.shape.toReversed() : entry.shape
  const type = storedType(name, shape, wanted)
  const { block } = tensorTypes[type]
  return {
    name,
    type,
    shape,
    async *stream() {
      if (layout.rows ?? layout.transposed) {
        const values = laidOut(await entry.readF32(), shape, layout)
        for (let at = 0; at < values.length; at += PIECE) yield packed(values.subarray(at, at + PIECE), type)
        return
      }
      let kept = new Float32Array(0)
      for await (const chunk of entry.stream()) {
        const fresh = toF32(chunk, entry.dtype, name)
        const values = new Float32Array(kept.length + fresh.length)
        values.set(kept)
        values.set(fresh, kept.length)
        const whole = values.length - (values.length % block)
        kept = values.slice(whole)
        yield packed(scaled(values.subarray(0, whole), layout), type)
      }
    },
  }
}

/** The blocks of a GGUF file as they are there, rows in llama.cpp's order again; undefined where the tensor is no blocks of it. */
export function sameBlocks({ blocks, shape }: TensorEntry, name: string, { rows, transposed, times, plus }: GgufLayout): GgufTensor | undefined {
  if (!blocks || transposed || times !== undefined || plus !== undefined) return undefined
  return {
    name,
    type: blocks.type,
    shape,
    async *stream() {
      if (!rows) return yield* blocks.stream()
      const given: Uint8Array[] = []
      for await (const chunk of blocks.stream()) given.push(chunk)
      const whole = concat(given)
      const width = whole.length / rows.length
      for (const row of rows) yield whole.subarray(row * width, (row + 1) * width)
    },
  }
}

const PIECE = 2 ** 20

/** In place. */
function scaled(values: Float32Array, { times = 1, plus = 0 }: GgufLayout): Float32Array {
  if (times !== 1 || plus !== 0) for (let i = 0; i < values.length; i++) values[i] = values[i] * times + plus
  return values
}

/** The checkpoint's values of a matrix or a vector, as llama.cpp orders them; `shape` is that of the result. */
export function laidOut(given: Float32Array, shape: readonly number[], layout: GgufLayout): Float32Array {
  const [out] = shape
  const width = given.length / out
  let values = given
  if (layout.transposed) {
    values = new Float32Array(given.length)
    for (let r = 0; r < out; r++) for (let c = 0; c < width; c++) values[r * width + c] = given[c * out + r]
  }
  const { rows } = layout
  if (rows) {
    const before = values
    values = new Float32Array(before.length)
    for (let r = 0; r < out; r++) values.set(before.subarray(rows[r] * width, (rows[r] + 1) * width), r * width)
  }
  return scaled(values === given ? given.slice() : values, layout)
}

function packed(values: Float32Array, type: GgufMatrixType): Uint8Array {
  if (type === 'Q8_0') return quantizeQ8(values)
  const kept = type === 'F16' ? f32ToF16(values) : values
  return new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength).slice()
}
