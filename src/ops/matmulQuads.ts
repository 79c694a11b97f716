// A matmul kernel for SwiftShader, which runs four threads side by side and keeps hardly anything in registers: what its compiler
// makes of a load is sixty instructions or more a number, of an exchange between lanes thirteen, of a multiplication four.
// All quads of a workgroup share the same rows of y and each thread owns columns of its own. A thread loads four numbers of
// one row of a, and its quad gets every row by broadcast. Sums stay in memory and are brought in one at a time, for all
// steps of k of a turn: sums in registers would be written to the stack and back around each multiplication.
import { byLane, loadFour, rolesOf, within } from './matmulByLane.ts'
import { stretch, type Operands, type Segment } from './matmulKernel.ts'
import { component, lines, range } from './wgslText.ts'

export interface QuadTile {
  /** Rows of y per workgroup: a multiple of 4. */
  readonly rows: number
  /** Fours of columns per thread. */
  readonly fours: number
  /** Fours of K a turn of the loop. More of them run faster and compile more slowly. */
  readonly depth: number
  readonly swap: boolean
}

/** Threads of a workgroup. */
export const QUAD_WIDTH = 8

export function quads(v: Operands, { rows, fours, depth, swap }: QuadTile): string {
  const columns = 4 * fours
  const sum = (i: string, j: number): string => `sums[${i} * ${columns}u + ${j}u]`
  const product = (s: Segment): string => {
    const turn = range(s.a === 'a' ? depth : 1)
    const { held, own } = rolesOf(s, swap)
    const { first, end } = stretch(s)

    const ownAt = range(own.kInside ? columns : fours).map((j) => (own.kInside ? within(`column0 + ${j}u`, 'columns') : within(`column0 / 4u + ${j}u`, '((columns + 3u) / 4u)')))
    const loadOwn = turn.flatMap((q) =>
      own.kInside
        ? ownAt.map((_, j) => `let own${q}_${j} = ${loadFour(own, `ownAt${j}`, `k${q}`, s.depth)};`)
        : range(4).flatMap((k) => ownAt.map((_, j) => `let own${q}_${k}_${j} = ${loadFour(own, `(k${q} * 4u + ${k}u)`, `ownAt${j}`, 'columns')};`)),
    )
    const ownScalar = (q: number, k: number, j: number): string => (own.kInside ? `own${q}_${j}.${component[k]}` : `own${q}_${k}_${j >> 2}.${component[j & 3]}`)

    const heldAt = range(rows / 4).map((four) => (held.kInside ? within(`row0 + lane % 4u + ${4 * four}u`, 'rows') : within(`row0 / 4u + ${four}u`, '((rows + 3u) / 4u)')))
    const heldScalar = (q: number, k: number, i: number): string => (held.kInside ? `a${i}_${q}.${component[k]}` : `a${i >> 2}_${q}_${k}.${component[i & 3]}`)
    const fourRows = (four: number): string[] => [
      ...turn.map((q) => {
        const found = held.kInside ? loadFour(held, `heldAt${four}`, `k${q}`, s.depth) : loadFour(held, `(k${q} * 4u + lane % 4u)`, `heldAt${four}`, 'rows')
        return `let held${four}_${q} = ${q === 0 ? found : `select(vec4f(), ${found}, k + ${q}u < end)`};`
      }),
      ...turn.flatMap((q) => range(4).map((n) => `let a${held.kInside ? `${4 * four + n}_${q}` : `${four}_${q}_${n}`} = quadBroadcast(held${four}_${q}, ${n}u);`)),
      ...range(4).flatMap((n) => range(columns).map((j) => chain(4 * four + n, j))),
    ]
    const chain = (i: number, j: number): string => {
      const steps = turn.flatMap((q) => range(4).map((k) => `t = fma(${heldScalar(q, k, i)}, ${ownScalar(q, k, j)}, t);`))
      return `{ var t = ${sum(`${i}u`, j)}; ${steps.join(' ')} ${sum(`${i}u`, j)} = t; }`
    }
    return `{
  let end = ${end};
  ${lines(ownAt.map((at, j) => `let ownAt${j} = ${at};`))}
  ${lines(heldAt.map((at, i) => `let heldAt${i} = ${at};`))}
  for (var k = ${first}; k < end; k += ${turn.length}u) {
    ${lines(turn.map((q) => `let k${q} = ${q === 0 ? 'k' : `min(k + ${q}u, end - 1u)`};`))}
    ${lines(loadOwn)}
    ${lines(range(rows / 4).flatMap(fourRows))}
  }
  }`
  }
  const store = range(fours).map((j) => {
    const value = `vec4f(${range(4).map((n) => sum('i', 4 * j + n)).join(', ')})`
    if (!swap) return `put(group.z, row0 + i, column0 + ${4 * j}u, ${value});`
    return lines(range(4).map((n) => `putOne(group.z, column0 + ${4 * j + n}u, row0 + i, ${sum('i', 4 * j + n)});`))
  })
  return byLane(v, {
    threads: QUAD_WIDTH,
    rows,
    columns,
    swap,
    sums: `var sums: array<f32, ${rows * columns}>;`,
    product,
    store: `for (var i = 0u; i < params.strip; i++) {
    ${lines(store)}
  }`,
  })
}
