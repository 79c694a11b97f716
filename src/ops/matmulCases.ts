// Shapes that matmul is tested with. Few, since every kernel among them is compiled: each stands for one way through the code.
import type { Case } from '../graph/op.ts'
import type { DType } from '../graph/tensor.ts'
import type { MatmulAttrs } from './matmul.ts'

type Size = readonly [M: number, N: number, K: number]

/** Differences are taken numerically where that is quick. */
const SMALL = 300

function one([M, N, K]: Size, transA: boolean, transB: boolean, extras: boolean, dtype: DType = 'f32'): Case<MatmulAttrs> {
  const words = [transA && 'a stored transposed', transB && 'b stored transposed', dtype !== 'f32' && dtype, extras && 'bias + addend']
  return {
    name: `[${M},${K}]·[${K},${N}] ${words.filter(Boolean).join(', ')}`,
    inputs: {
      a: { shape: transA ? [K, M] : [M, K] },
      b: { shape: transB ? [N, K] : [K, N], dtype },
      ...(extras && { bias: { shape: [N] }, c: { shape: [M, N] } }),
    },
    attrs: { transA, transB, alpha: extras ? 0.75 : 1 },
    ...((M * N * K > SMALL || dtype !== 'f32') && { differentiate: [] }),
  }
}

/** With a product of rank `rank` beside it, and `total` to add to. */
function fused([M, N, K]: Size, rank: number, transB: boolean, transB2: boolean, into: boolean, dtype: DType = 'f32'): Case<MatmulAttrs> {
  const plain = one([M, N, K], false, transB, into, dtype)
  return {
    name: `${plain.name}, and rank ${rank}${transB2 ? ', its b stored transposed' : ''}${into ? ', added to a total' : ''}`,
    inputs: { ...plain.inputs, a2: { shape: [M, rank] }, b2: { shape: transB2 ? [N, rank] : [rank, N] }, ...(into && { total: { shape: [M * N] } }) },
    attrs: { ...plain.attrs, transB2, alpha2: 0.5 },
    differentiate: [],
  }
}
const intoTotal = (c: Case<MatmulAttrs>, size: number): Case<MatmulAttrs> => ({ ...c, name: `${c.name}, added to a total`, inputs: { ...c.inputs, total: { shape: [size] } }, differentiate: [] })

/** Wide, thin either way, few rows, sizes that are no multiple of anything. */
const usual: readonly Size[] = [[72, 136, 36], [130, 8, 48], [8, 100, 200], [1, 192, 64], [65, 34, 17], [3, 5, 7]]
/** Deep enough to be split. */
const deep: readonly Size[] = [[64, 8, 516], [8, 64, 1024]]

export const cases: readonly Case<MatmulAttrs>[] = [
  one([1, 1, 1], false, false, true),
  ...[false, true].flatMap((transB) => usual.map((size, i) => one(size, false, transB, i % 2 === 0))),
  ...usual.map((size, i) => one(size, true, false, i % 2 === 1)),
  ...deep.map((size, i) => one(size, true, false, i === 0)),
  one([3, 5, 7], true, true, true),
  one([64, 96, 128], false, true, false, 'bf16'),
  one([40, 72, 36], false, false, true, 'f16'),
  one([5, 40, 12], false, true, true, 'f16'),
  one([33, 15, 11], false, false, false, 'bf16'),
  one([9, 7, 9], false, true, false, 'f16'),
  one([136, 140, 36], false, true, true, 'f16'),
  one([130, 129, 33], false, false, false),
  one([132, 128, 40], true, false, false),
  // Work enough for the tile that pays only then, an odd number of fours of K, and sizes that end within a tile.
  one([524, 260, 500], false, false, true),
  one([516, 528, 260], true, false, false),
  fused([520, 516, 260], 8, true, true, false),
  // Blocks that end in the middle of a row, and of the tensor; rows that end in the middle of a four.
  one([40, 72, 36], false, true, false, 'int8'),
  one([40, 72, 36], false, false, true, 'int8'),
  one([5, 40, 12], false, true, true, 'int8'),
  one([9, 7, 9], false, true, false, 'int8'),
  one([40, 72, 36], false, true, false, 'nf4'),
  one([33, 15, 11], false, false, false, 'nf4'),
  one([1, 192, 64], false, true, false, 'nf4'),
  // Enough blocks that their scales share two scales.
  one([40, 72, 260], false, true, false, 'nf4_double'),
  one([5, 72, 260], false, false, true, 'nf4_double'),
  ...(['q8_0', 'q4_0', 'q4_k', 'q6_k'] as const).flatMap((dtype) => [one([40, 72, 260], false, true, false, dtype), one([5, 72, 260], false, false, false, dtype)]),
  fused([72, 136, 36], 8, true, true, false, 'bf16'),
  fused([72, 136, 36], 8, false, false, false, 'f16'),
  fused([65, 34, 17], 3, false, true, true),
  fused([1, 192, 64], 4, true, true, false),
  fused([130, 8, 48], 6, false, false, true),
  fused([16, 8, 1028], 5, true, true, false),
  fused([3, 5, 7], 2, true, false, true),
  intoTotal(one([64, 8, 516], true, false, false), 64 * 8),
  intoTotal(one([8, 100, 200], true, false, true), 800),
]
