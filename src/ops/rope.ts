// Rotary position embedding (RoFormer, https://arxiv.org/abs/2104.09864), half-split as transformers lays it out:
// the first `rotary` dims of every head turn by the angles of the row's position, the others pass through.
// y = x·cos + (−x2, x1)·sin. Turning back (`inverse`) is its own gradient.
import shader from '../../shaders/rope.wgsl?raw'
import { rowsOf } from '../graph/layout.ts'
import { defineOp, type Case, type Op } from '../graph/op.ts'
import { requireShape, requireThat } from '../graph/require.ts'
import { grid, showShape } from '../graph/shape.ts'

export interface RopeAttrs {
  readonly heads: number
  /** Dims of a head that turn; even, at most the head's size. */
  readonly rotary: number
  readonly inverse: boolean
  readonly [key: string]: number | boolean
}

export const rope: Op<RopeAttrs> = defineOp<RopeAttrs>({
  name: 'rope',
  inputs: ['x', 'cos', 'sin', 'positions'],
  outputs: ['y'],
  inPlace: { y: 'x' },
  shape: ({ x, cos, sin, positions }, { heads, rotary }) => {
    const [rows, columns] = rowsOf(x.shape)
    requireThat(columns % heads === 0, 'rope', `${showShape(x.shape)} does not split into ${heads} heads.`)
    const fits = rotary % 2 === 0 && rotary > 0 && rotary <= columns / heads
    requireThat(fits, 'rope', `${rotary} rotary dims do not fit heads of ${columns / heads}.`)
    requireShape('rope', 'cos', [cos.shape[0], rotary / 2], cos.shape)
    requireShape('rope', 'sin', cos.shape, sin.shape)
    requireShape('rope', 'positions', [rows], positions.shape)
    return { y: x.shape }
  },
  dispatch: ({ x, cos }, { heads, rotary, inverse }) => {
    const [rows, columns] = rowsOf(x.shape)
    const size = columns / heads
    // A lane turns one pair in place; the dims that pass through are in place already.
    const pairs = (rows * heads * rotary) / 2
    const params = { pairs, heads, size, half: rotary / 2, positionCount: cos.shape[0], direction: inverse ? -1 : 1 }
    return [{ shader, entry: 'forward', workgroups: grid(pairs, 256), params }]
  },
  backward: (g, { inputs: { cos, sin, positions }, attrs }, { y: dy }, needs) =>
    needs.has('x') ? { x: rope(g, { x: dy, cos, sin, positions }, { ...attrs, inverse: !attrs.inverse }).y } : {},
  reference: ({ x, cos, sin, positions }, { y }, sizes, { heads, rotary, inverse }) => {
    const [rows, columns] = rowsOf(sizes.x.shape)
    const half = rotary / 2
    const size = columns / heads
    y.set(x)
    for (let r = 0; r < rows; r++) {
      for (let h = 0; h < heads; h++) {
        for (let i = 0; i < half; i++) {
          const at = r * columns + h * size + i
          const c = cos[positions[r] * half + i]
          const s = sin[positions[r] * half + i] * (inverse ? -1 : 1)
          y[at] = x[at] * c - x[at + half] * s
          y[at + half] = x[at + half] * c + x[at] * s
        }
      }
    }
  },
  cases: [
    ropeCase(1, 1, 2, 2, false),
    ropeCase(5, 2, 6, 6, false),
    ropeCase(7, 3, 5, 4, true),
    { ...ropeCase(33, 4, 64, 64, false), differentiate: [] },
    { ...ropeCase(130, 6, 80, 32, true), differentiate: [] },
  ],
})

/** Positions jump and repeat, as packed rows make them; tables hold any numbers, since only the formula is tested. */
function ropeCase(rows: number, heads: number, size: number, rotary: number, inverse: boolean): Case<RopeAttrs> {
  const positions = 11
  return {
    name: `[${rows},${heads}·${size}], ${rotary} turned${inverse ? ' back' : ''}`,
    inputs: {
      x: { shape: [rows, heads * size] },
      cos: { shape: [positions, rotary / 2] },
      sin: { shape: [positions, rotary / 2] },
      positions: { shape: [rows], dtype: 'i32', fill: (i) => (i * 4) % positions },
    },
    attrs: { heads, rotary, inverse },
    // The tables are constants; only x has a gradient.
    differentiate: ['x'],
  }
}
