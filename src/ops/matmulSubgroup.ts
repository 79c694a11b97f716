// A matmul kernel for software adapters of eight lanes, where a load by lane costs as much as ten or twenty multiplications and
// an exchange between lanes two to five. All lanes of a workgroup share the same rows of y and own columns of their own: each
// lane loads four numbers of one row of a, and every lane gets every row by broadcast. Right for any larger subgroup too.
import { byLane, loadFour, rolesOf, within } from './matmulByLane.ts'
import { accumulators, putAll, stretch, type Operands, type Segment } from './matmulKernel.ts'
import { component, lines, range } from './wgslText.ts'

/** Threads of a workgroup, all in one subgroup; each holds every LANES-th row. */
export const LANES = 8

/** @param rows of y per workgroup: a multiple of LANES. A thread owns four columns. */
export function subgroup(v: Operands, rows: number, swap: boolean): string {
  const registers = rows / LANES
  const product = (s: Segment): string => {
    const { held, own } = rolesOf(s, swap)

    const origins = [
      ...range(registers).map((i) =>
        held.kInside
          ? `let heldAt${i} = ${within(`row0 + lane % ${LANES}u + ${i * LANES}u`, 'rows')};`
          : `let heldAt${i} = ${within(`row0 / 4u + (lane % ${LANES}u) / 4u + ${2 * i}u`, '((rows + 3u) / 4u)')};`,
      ),
      ...(own.kInside
        ? range(4).map((j) => `let ownAt${j} = ${within(`column0 + ${j}u`, 'columns')};`)
        : [`let ownAt = ${within('column0 / 4u', '((columns + 3u) / 4u)')};`]),
    ]
    const loads = [
      ...range(registers).map((i) => `let held${i} = ${held.kInside ? loadFour(held, `heldAt${i}`, 'k', s.depth) : loadFour(held, '(k * 4u + lane % 4u)', `heldAt${i}`, 'rows')};`),
      ...(own.kInside
        ? [
            ...range(4).map((j) => `let own${j} = ${loadFour(own, `ownAt${j}`, 'k', s.depth)};`),
            ...range(4).map((k) => `let b${k} = vec4f(${range(4).map((c) => `own${c}.${component[k]}`).join(', ')});`),
          ]
        : range(4).map((k) => `let b${k} = ${loadFour(own, `(k * 4u + ${k}u)`, 'ownAt', 'columns')};`)),
    ]
    const step = (i: number, k: number, scalar: string): string => `acc${i}_0 = fma(vec4f(${scalar}), b${k}, acc${i}_0);`
    const products = held.kInside
      ? range(rows).flatMap((i) => [
          `let a${i} = subgroupBroadcast(held${Math.floor(i / LANES)}, ${i % LANES}u);`,
          ...range(4).map((k) => step(i, k, `a${i}.${component[k]}`)),
        ])
      : range(rows / 4).flatMap((four) =>
          range(4).flatMap((k) => [
            `let a${four}_${k} = subgroupBroadcast(held${four >> 1}, ${(four % 2) * 4 + k}u);`,
            ...range(4).map((i) => step(four * 4 + i, k, `a${four}_${k}.${component[i]}`)),
          ]),
        )
    const { first, end } = stretch(s)
    return `{
  ${lines(origins)}
  for (var k = ${first}; k < ${end}; k++) {
    ${lines(loads)}
    ${lines(products)}
  }
  }`
  }
  const store = putAll(rows, 1, (i) =>
    swap ? lines(range(4).map((n) => `putOne(group.z, column0 + ${n}u, row0 + ${i}, out[${i}].${component[n]});`)) : `put(group.z, row0 + ${i}, column0, out[${i}]);`,
  )
  return byLane(v, { threads: LANES, rows, columns: 4, swap, sums: accumulators(rows, 1), product, store })
}
