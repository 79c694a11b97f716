// Which kernels compute a product, from its sizes alone: the portable one first, then what may be faster elsewhere.
import finishShader from '../../shaders/matmulFinish.wgsl?raw'
import type { Dispatch } from '../graph/op.ts'
import { elements } from '../graph/layout.ts'
import { direct } from './matmulDirect.ts'
import { COLUMNS, few } from './matmulFew.ts'
import type { Operands } from './matmulKernel.ts'
import { quads, QUAD_WIDTH, type QuadTile } from './matmulQuads.ts'
import { DEPTH, staged, THREADS } from './matmulStaged.ts'
import { LANES, subgroup } from './matmulSubgroup.ts'

export interface Extent {
  readonly M: number
  readonly N: number
  readonly K: number
}
export interface Product extends Extent {
  readonly transA: boolean
  readonly transB: boolean
  readonly typeB: Operands['typeB']
  readonly alpha: number
  readonly bias: boolean
  readonly addend: boolean
  /** Written onto what is there. */
  readonly into: boolean
  /** The low-rank product beside it: its depth, how its b is stored, and what it counts. */
  readonly low?: { readonly depth: number; readonly transB: boolean; readonly alpha: number }
}

/** Rows and columns from which it may pay to try tiles of other sizes. */
const LARGE = 128
/**
 * Multiplications, and width of both sides of b, from which a kernel pays that SwiftShader takes three times as long to compile:
 * after some ten steps. A model of narrower layers, such as the one built in, would wait longer for its first step than it saves.
 */
const LONG = 2 ** 26
const WIDE = 256
/** Rows that count as few. */
const FEW = 8

/** One to eight rows of an a stored by rows: decoding. */
const isFew = (M: number, transA: boolean): boolean => M <= FEW && !transA

/**
 * Into how many layers K is split, and how many fours of it each adds up: a y of few tiles and a great depth (the gradient
 * of a low-rank matrix) would leave most of a GPU idle. From the sizes alone, so that every adapter adds in the same order.
 */
export function stretches({ M, N, K }: Extent, { transA }: { readonly transA: boolean }): { layers: number; chunk: number } {
  const fours = Math.ceil(K / 4)
  const tiles = Math.ceil(M / 32) * Math.ceil(N / 32)
  const deep = transA ? K >= 512 && tiles <= 48 : K >= 1024 && tiles <= 16 && !isFew(M, transA)
  const wanted = deep ? Math.min(16, Math.floor(K / 128), Math.ceil(96 / tiles)) : 1
  // A stretch is a whole number of staged tiles.
  const chunk = wanted === 1 ? fours : Math.ceil(fours / wanted / 4) * 4
  return { layers: Math.max(1, Math.ceil(fours / chunk)), chunk }
}

/** Kernels' texts by what they are made from: a model has a few of them, and thousands of products. */
const texts = new Map<string, string>()
function textOf<A extends readonly unknown[]>(make: (v: Operands, ...tile: A) => string, v: Operands, ...tile: A): string {
  const key = JSON.stringify([make.name, v, tile])
  let text = texts.get(key)
  if (text === undefined) texts.set(key, (text = make(v, ...tile)))
  return text
}

/** Products that the same kernel is best for, as far as anyone knows: all that decides, and the number of rows roughly. */
function shapeClass(p: Product, v: Operands): string {
  const rows = 2 ** Math.min(12, Math.ceil(Math.log2(p.M)))
  const letters = (s: { readonly transA: boolean; readonly transB: boolean }): string => `${s.transA ? 'T' : 'N'}${s.transB ? 'T' : 'N'}`
  return `matmul ${letters(p)} ${rows}×${p.N}×${p.K} ${p.typeB}${v.split ? ' split' : ''}${p.low ? ` + rank ${p.low.depth}${p.low.transB ? 'ᵀ' : ''}` : ''}`
}

export function matmulDispatches(p: Product): Dispatch[] {
  const { M, N, K, transA, transB, typeB, alpha, into, low } = p
  const { layers, chunk } = stretches(p, p)
  const operands: Operands = {
    transA,
    transB,
    typeB,
    fourA: K % 4 === 0 && (!transA || M % 4 === 0),
    fourB: K % 4 === 0 && (transB || N % 4 === 0),
    fourY: N % 4 === 0,
    split: layers > 1,
    into,
    ...(low && { low: { transA: false, transB: low.transB, typeB: 'f32', fourA: low.depth % 4 === 0, fourB: low.depth % 4 === 0 && (low.transB || N % 4 === 0) } }),
  }
  const flags = { bias: p.bias ? 1 : 0, addend: p.addend ? 1 : 0 }
  const way = (shader: string, workgroups: readonly [number, number], strip: number): Dispatch => ({
    shader,
    entry: 'forward',
    workgroups: [...workgroups, layers],
    params: { M, N, K, alpha, chunk, strip, inner: DEPTH / 4, ...(layers > 1 ? { bias: 0, addend: 0 } : flags), ...(low && { K2: low.depth, ratio: low.alpha / alpha }) },
    flops: 2 * M * N * (K + (low?.depth ?? 0)),
  })
  const [first, ...alternatives] = ways(p, operands, way)
  const { width, workgroups, params, defines } = elements(M * N, N)
  const last: Dispatch = {
    shader: finishShader,
    entry: 'finish',
    workgroups,
    params: { ...params, columns: N / width, layers, alpha, ...flags },
    defines: { ...defines, INTO: into ? 1 : 0 },
    flops: layers * M * N,
  }
  return [{ ...first, alternatives, ...(!isFew(M, transA) && { tune: shapeClass(p, operands) }) }, ...(layers > 1 ? [last] : [])]
}

/** Measured on SwiftShader. */
function quadTile({ M, N, K }: Extent, tall: number): Omit<QuadTile, 'swap'> {
  if (tall <= 16) return { rows: tall <= 8 ? 8 : 16, fours: 2, depth: 2 }
  const pays = M * N * K >= LONG && Math.min(N, K) >= WIDE
  return pays ? { rows: 32, fours: 4, depth: 2 } : { rows: 32, fours: 2, depth: 1 }
}

function ways({ M, N, K }: Extent, v: Operands, way: (shader: string, workgroups: readonly [number, number], strip: number) => Dispatch): Dispatch[] {
  const tiled = (rows: number, columns: number, side = THREADS): readonly [number, number] => [Math.ceil(N / (side * columns)), Math.ceil(M / (side * rows))]
  const list: Dispatch[] = []
  if (isFew(M, v.transA)) {
    const rows = M === 1 ? 1 : M <= 4 ? 4 : FEW
    list.push(way(textOf(few, v, rows), [Math.ceil(N / COLUMNS), 1], rows))
  } else {
    const wide = M > 32 && N > 32
    const size = wide ? 8 : 4
    list.push(way(textOf(staged, v, size, size, THREADS), tiled(size, size), size))
    const { low = v } = v
    if (wide && v.fourA && v.fourB && low.fourA && low.fourB) list.push(way(textOf(direct, v, size, 4), tiled(size, 4), size))
    if (M >= LARGE && N >= LARGE) {
      list.push({ ...way(textOf(staged, v, 4, 4, THREADS), tiled(4, 4), 4), suits: 'gpu' })
      list.push({ ...way(textOf(staged, v, 8, 4, 16), tiled(8, 4, 16), 8), suits: 'gpu' })
    }
  }
  const swap = N <= 16 && N < M
  const [tall, wide] = swap ? [N, M] : [M, N]
  const software = (shader: string, across: number, rows: number, lanes: number): Dispatch => ({
    ...way(shader, [Math.ceil(wide / across), Math.ceil(tall / rows)], rows),
    needs: ['subgroups'],
    lanes,
    suits: 'software',
  })
  const plain = { ...v, fourY: v.fourY && !swap }
  const quad: QuadTile = { ...quadTile({ M, N, K }, tall), swap }
  list.push(software(textOf(quads, plain, quad), QUAD_WIDTH * 4 * quad.fours, quad.rows, 4))
  const rows = tall <= 8 ? 8 : tall <= 16 ? 16 : 32
  list.push(software(textOf(subgroup, plain, rows, swap), LANES * 4, rows, LANES))
  return list
}
