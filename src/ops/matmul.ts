// y = alpha · op(a) · op(b) + bias + c, the one product behind every linear layer and its gradients.
// `transA`: a is [K, M]; `transB`: b is [N, K], as PyTorch stores a Linear. b may be a 16-bit weight.
// engine/fuse.ts gives a product more to do: `+ alpha2 · a2 · op(b2)` of a low rank in the same pass, and a `total` to add y to.
import { defineOp, type Op, type Sizes, type Values } from '../graph/op.ts'
import { showShape, sizeOf } from '../graph/shape.ts'
import { Fault } from '../protocol/failure.ts'
import { matmulDispatches, stretches, type Extent } from './matmulDispatch.ts'
import { cases } from './matmulCases.ts'
import { sumColumns } from './sumColumns.ts'

export interface MatmulAttrs {
  readonly transA: boolean
  readonly transB: boolean
  readonly alpha: number
  readonly transB2?: boolean
  readonly alpha2?: number
  readonly [key: string]: number | boolean
}

function extent({ a, b, bias, c, a2, b2, total }: Sizes, { transA, transB, transB2 = false }: MatmulAttrs): Extent {
  const [M, K] = transA ? [a.shape[1], a.shape[0]] : a.shape
  const [N, depth] = transB ? b.shape : [b.shape[1], b.shape[0]]
  const wrong = (what: string): never => {
    throw new Fault('internal', `matmul of ${showShape(a.shape)}${transA ? 'ᵀ' : ''} and ${showShape(b.shape)}${transB ? 'ᵀ' : ''}: ${what}.`, 'Check the sizes of the layer that made it.')
  }
  if (a.shape.length !== 2 || b.shape.length !== 2) wrong('both must be matrices')
  if (K !== depth) wrong(`the inner sizes ${K} and ${depth} differ`)
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== N)) wrong(`the bias is ${showShape(bias.shape)}, expected [${N}]`)
  if (c && (c.shape[0] !== M || c.shape[1] !== N)) wrong(`the addend is ${showShape(c.shape)}, expected [${M},${N}]`)
  if (a2 && b2 && (transA || a2.shape[0] !== M || b2.shape[transB2 ? 0 : 1] !== N || a2.shape[1] !== b2.shape[transB2 ? 1 : 0]))
    wrong(`${showShape(a2.shape)} · ${showShape(b2.shape)}${transB2 ? 'ᵀ' : ''} is not of its size`)
  if (total && sizeOf(total.shape) !== M * N) wrong(`the total ${showShape(total.shape)} is not of its size`)
  return { M, N, K }
}

export const matmul: Op<MatmulAttrs> = defineOp<MatmulAttrs>({
  name: 'matmul',
  inputs: ['a', 'b', 'bias?', 'c?', 'a2?', 'b2?', 'total?'],
  outputs: ['y', 'partials'],
  addends: { y: 'c' },
  updates: ['total'],
  shape: (inputs, attrs) => {
    const size = extent(inputs, attrs)
    const { layers } = stretches(size, attrs)
    return { ...('total' in inputs ? {} : { y: [size.M, size.N] }), ...(layers > 1 && { partials: [layers, size.M, size.N] }) }
  },
  dispatch: (sizes, attrs) => {
    const { dtype } = sizes['b']
    const { transA, transB, alpha, transB2 = false, alpha2 = 1 } = attrs
    return matmulDispatches({
      ...extent(sizes, attrs),
      transA,
      transB,
      alpha,
      into: 'total' in sizes,
      ...('a2' in sizes && { low: { depth: sizes['a2'].shape[1], transB: transB2, alpha: alpha2 } }),
      typeB: dtype === 'i32' || dtype === 'u32' ? 'f32' : dtype,
      bias: 'bias' in sizes,
      addend: 'c' in sizes,
    })
  },
  backward: (g, { inputs: { a, b }, attrs }, { y: dy }, needs) => {
    const { transA, transB, alpha } = attrs as MatmulAttrs
    const product = (left: typeof a, right: typeof a, tA: boolean, tB: boolean) => matmul(g, { a: left, b: right }, { transA: tA, transB: tB, alpha }).y
    return {
      ...(needs.has('a') && { a: transA ? product(b, dy, transB, true) : product(dy, b, false, !transB) }),
      ...(needs.has('b') && { b: transB ? product(dy, a, true, transA) : product(a, dy, !transA, false) }),
      ...(needs.has('bias') && { bias: sumColumns(g, { x: dy }, {}).y }),
      ...(needs.has('c') && { c: dy }),
    }
  },
  reference: (values, out, sizes, attrs) => reference(values, out, extent(sizes, attrs), attrs),
  cases,
})

function reference({ a, b, bias, c, a2, b2, total }: Readonly<Record<string, Values>>, { y = total, partials }: Readonly<Record<string, Values>>, size: Extent, attrs: MatmulAttrs): void {
  const { M, N, K } = size
  const { transA, transB, alpha, transB2 = false, alpha2 = 1 } = attrs
  const rank = a2 ? a2.length / M : 0
  const depth = 4 * stretches(size, attrs).chunk
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      let sum = 0
      for (let k = 0; k < K; k++) {
        const term = a[transA ? k * M + m : m * K + k] * b[transB ? n * K + k : k * N + n]
        sum += term
        if (partials) partials[(Math.floor(k / depth) * M + m) * N + n] += term
      }
      let low = 0
      for (let k = 0; k < rank; k++) low += a2[m * rank + k] * b2[transB2 ? n * rank + k : k * N + n]
      if (partials) partials[((partials.length / (M * N) - 1) * M + m) * N + n] += (low * alpha2) / alpha
      y[m * N + n] = (total ? total[m * N + n] : 0) + alpha2 * low + alpha * sum + (bias ? bias[n] : 0) + (c ? c[m * N + n] : 0)
    }
  }
}
