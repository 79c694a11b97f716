// y = alpha · op(a) · op(b) + bias + c, the one product behind every linear layer and its gradients.
// `transA`: a is [K, M]; `transB`: b is [N, K], as PyTorch stores a Linear. b may be a 16-bit weight.
import { defineOp, type Case, type Dispatch, type Op, type Sizes, type Values } from '../graph/op.ts'
import { showShape } from '../graph/shape.ts'
import { Fault } from '../protocol/failure.ts'
import { matmulKernel, type Variant } from './matmulKernel.ts'
import { sumColumns } from './sumColumns.ts'

export interface MatmulAttrs {
  readonly transA: boolean
  readonly transB: boolean
  readonly alpha: number
  readonly [key: string]: number | boolean
}

interface Extent {
  readonly M: number
  readonly N: number
  readonly K: number
}

function extent({ a, b, bias, c }: Sizes, { transA, transB }: MatmulAttrs): Extent {
  const [M, K] = transA ? [a.shape[1], a.shape[0]] : a.shape
  const [N, depth] = transB ? b.shape : [b.shape[1], b.shape[0]]
  const wrong = (what: string): never => {
    throw new Fault('internal', `matmul of ${showShape(a.shape)}${transA ? 'ᵀ' : ''} and ${showShape(b.shape)}${transB ? 'ᵀ' : ''}: ${what}.`, 'Check the sizes of the layer that made it.')
  }
  if (a.shape.length !== 2 || b.shape.length !== 2) wrong('both must be matrices')
  if (K !== depth) wrong(`the inner sizes ${K} and ${depth} differ`)
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== N)) wrong(`the bias is ${showShape(bias.shape)}, expected [${N}]`)
  if (c && (c.shape[0] !== M || c.shape[1] !== N)) wrong(`the addend is ${showShape(c.shape)}, expected [${M},${N}]`)
  return { M, N, K }
}

/** All variants that can compute this product, the most portable one first. */
export function variants(sizes: Sizes, attrs: MatmulAttrs): Variant[] {
  const { M, N, K } = extent(sizes, attrs)
  const dtype = sizes['b'].dtype
  const shared = {
    transA: attrs.transA,
    transB: attrs.transB,
    typeB: dtype === 'f16' || dtype === 'bf16' ? dtype : ('f32' as const),
    fourA: (attrs.transA ? M : K) % 4 === 0,
    fourB: (attrs.transB ? K : N) % 4 === 0,
    fourY: N % 4 === 0,
    bias: 'bias' in sizes,
    addend: 'c' in sizes,
  }
  const wide = M > 32 && N > 32
  const list: Variant[] = [{ ...shared, strategy: 'staged', rows: wide ? 8 : 4, columns: wide ? 8 : 4 }]
  if (shared.fourA && shared.fourB && K % 4 === 0) {
    const rows = attrs.transA ? (M >= 64 ? 8 : 4) : M >= 128 ? 16 : M >= 32 ? 8 : M >= 4 ? 4 : 1
    list.push({ ...shared, strategy: 'direct', rows, columns: N >= 64 && M >= 4 ? 8 : 4 })
  }
  return list
}

function dispatchOf(v: Variant, { M, N, K }: Extent, alpha: number): Dispatch {
  return {
    shader: matmulKernel(v),
    entry: 'forward',
    workgroups: [Math.ceil(N / (8 * v.columns)), Math.ceil(M / (8 * v.rows)), 1],
    params: { M, N, K, alpha },
    flops: 2 * M * N * K,
  }
}

export const matmul: Op<MatmulAttrs> = defineOp<MatmulAttrs>({
  name: 'matmul',
  inputs: ['a', 'b', 'bias?', 'c?'],
  outputs: ['y'],
  shape: (inputs, attrs) => {
    const { M, N } = extent(inputs, attrs)
    return { y: [M, N] }
  },
  dispatch: (sizes, attrs) => {
    const size = extent(sizes, attrs)
    const [first, ...rest] = variants(sizes, attrs).map((v) => dispatchOf(v, size, attrs.alpha))
    return [{ ...first, alternatives: rest }]
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
  cases: cases(),
})

function reference({ a, b, bias, c }: Readonly<Record<string, Values>>, { y }: Readonly<Record<string, Values>>, { M, N, K }: Extent, attrs: MatmulAttrs): void {
  const { transA, transB, alpha } = attrs
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      let sum = 0
      for (let k = 0; k < K; k++) sum += a[transA ? k * M + m : m * K + k] * b[transB ? n * K + k : k * N + n]
      y[m * N + n] = alpha * sum + (bias ? bias[n] : 0) + (c ? c[m * N + n] : 0)
    }
  }
}

function cases(): Case<MatmulAttrs>[] {
  const sizes: [number, number, number][] = [
    [1, 1, 1], [3, 5, 7], [33, 31, 17], [64, 64, 64], [65, 130, 66], [1, 192, 64], [4, 12, 8], [130, 8, 48], [8, 100, 200], [128, 72, 36], [17, 64, 5], [300, 40, 20],
  ]
  const list: Case<MatmulAttrs>[] = []
  for (const transA of [false, true])
    for (const transB of [false, true])
      for (const [M, N, K] of sizes) {
        const extras = (M + N) % 3 === 0 || M === 64
        list.push({
          name: `[${M},${K}]·[${K},${N}]${transA ? ' a stored transposed' : ''}${transB ? ' b stored transposed' : ''}${extras ? ' + bias + addend' : ''}`,
          inputs: {
            a: { shape: transA ? [K, M] : [M, K] },
            b: { shape: transB ? [N, K] : [K, N] },
            ...(extras && { bias: { shape: [N] }, c: { shape: [M, N] } }),
          },
          attrs: { transA, transB, alpha: extras ? 0.75 : 1 },
          ...(M * N * K > 300 && { differentiate: [] }),
        })
      }
  for (const dtype of ['f16', 'bf16'] as const)
    for (const transB of [false, true])
      for (const [M, N, K] of [[5, 7, 9], [40, 72, 36], [1, 64, 48], [64, 96, 128]])
        list.push({
          name: `[${M},${K}]·[${K},${N}] ${dtype}${transB ? ' b stored transposed' : ''}`,
          inputs: { a: { shape: [M, K] }, b: { shape: transB ? [N, K] : [K, N], dtype } },
          attrs: { transA: false, transB, alpha: 1 },
          differentiate: [],
        })
  return list
}
