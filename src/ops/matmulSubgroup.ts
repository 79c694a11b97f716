// A matmul kernel for software adapters of eight lanes, where a load by lane costs as much as ten or twenty multiplications and
// an exchange between lanes two to five. All lanes of a workgroup share the same rows of y and own columns of their own: each
// lane loads four numbers of one row of a, and every lane gets every row by broadcast. Right for any larger subgroup too.
// Either operand can play a: with `swap` the kernel computes yᵀ = bᵀ·aᵀ, which suits a y of few columns.
import { accumulators, declarations, everySegment, loaders, put, putAll, stretch, type Operands, type Segment } from './matmulKernel.ts'
import { component, lines, range } from './wgslText.ts'

export interface SubgroupTile {
  /** Rows of y per workgroup: a multiple of LANES. */
  readonly rows: number
  /** Fours of columns per thread. */
  readonly fours: number
  readonly swap: boolean
}

/** Threads of a workgroup. */
export const WIDTH = 8
/** Lanes that hold rows. */
export const LANES = 8

export function subgroup(v: Operands, { rows, fours, swap }: SubgroupTile): string {
  const registers = rows / LANES
  const clamp = (index: string, size: string): string => `min(${index}, ${size} - 1u)`
  const product = (s: Segment): string => {
    const left = { name: s.a, four: s.fourA, kInside: !s.transA }
    const right = { name: s.b, four: s.fourB, kInside: s.transB }
    const [held, own] = swap ? [right, left] : [left, right]
    const load = (x: { readonly name: string; readonly four: boolean }, row: string, four: string, across: string): string =>
      x.four ? `${x.name}Vector(${row} * (${across} / 4u) + ${four})` : `${x.name}Four(${row}, ${four})`

    const origins = [
      ...range(registers).map((i) =>
        held.kInside
          ? `let heldAt${i} = ${clamp(`row0 + lane % ${LANES}u + ${i * LANES}u`, 'rows')};`
          : `let heldAt${i} = ${clamp(`row0 / 4u + (lane % ${LANES}u) / 4u + ${2 * i}u`, '((rows + 3u) / 4u)')};`,
      ),
      ...(own.kInside
        ? range(4 * fours).map((j) => `let ownAt${j} = ${clamp(`column0 + ${j}u`, 'columns')};`)
        : range(fours).map((j) => `let ownAt${j} = ${clamp(`column0 / 4u + ${j}u`, '((columns + 3u) / 4u)')};`)),
    ]
    const loads = [
      ...range(registers).map((i) => `let held${i} = ${held.kInside ? load(held, `heldAt${i}`, 'k', s.depth) : load(held, '(k * 4u + lane % 4u)', `heldAt${i}`, 'rows')};`),
      ...(own.kInside
        ? [
            ...range(4 * fours).map((j) => `let own${j} = ${load(own, `ownAt${j}`, 'k', s.depth)};`),
            ...range(4).flatMap((k) => range(fours).map((j) => `let b${k}_${j} = vec4f(${range(4).map((c) => `own${j * 4 + c}.${component[k]}`).join(', ')});`)),
          ]
        : range(4).flatMap((k) => range(fours).map((j) => `let b${k}_${j} = ${load(own, `(k * 4u + ${k}u)`, `ownAt${j}`, 'columns')};`))),
    ]
    const step = (i: number, k: number, scalar: string): string[] => range(fours).map((j) => `acc${i}_${j} = fma(vec4f(${scalar}), b${k}_${j}, acc${i}_${j});`)
    const products = held.kInside
      ? range(rows).flatMap((i) => [
          `let a${i} = subgroupBroadcast(held${Math.floor(i / LANES)}, ${i % LANES}u);`,
          ...range(4).flatMap((k) => step(i, k, `a${i}.${component[k]}`)),
        ])
      : range(rows / 4).flatMap((four) =>
          range(4).flatMap((k) => [
            `let a${four}_${k} = subgroupBroadcast(held${four >> 1}, ${(four % 2) * 4 + k}u);`,
            ...range(4).flatMap((i) => step(four * 4 + i, k, `a${four}_${k}.${component[i]}`)),
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
  // Row i of the tile, four columns from `column` on.
  const store = putAll(rows, fours, (i, j) => v.fourY ? `put(group.z, row0 + ${i}, column0 + ${4 * j}u, out[${i} * ${fours}u + ${j}u]);` :
    lines([
      `let value${j} = out[${i} * ${fours}u + ${j}u];`,
      ...range(4).map((n) => {
        const column = `column0 + ${4 * j + n}u`
        const [m, n0] = swap ? [column, `row0 + ${i}`] : [`row0 + ${i}`, column]
        return `putOne(group.z, ${m}, ${n0}, value${j}.${component[n]});`
      }),
    ]),
  )
  return `enable subgroups;
${declarations(v)}
${loaders(v)}
${put(v)}
@compute @workgroup_size(${WIDTH})
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32, @builtin(subgroup_invocation_id) lane: u32) {
  let rows = ${swap ? 'params.N' : 'params.M'};
  let columns = ${swap ? 'params.M' : 'params.N'};
  let row0 = group.y * ${rows}u;
  let column0 = (group.x * ${WIDTH}u + thread) * ${4 * fours}u;
  ${accumulators(rows, fours)}
  ${everySegment(v, product)}
  ${store}
}`
}
