// Attention tiles in the registers of one subgroup, for software adapters: there a load costs as much as ten or twenty
// multiplications, an exchange between lanes two to five, and compiling is slow for every load, barrier and workgroup variable.
// All lanes share the tile's rows and own columns; a lane loads four numbers of one row and every lane gets them by broadcast.
// A workgroup is one subgroup of at least `lanes` lanes, so no memory is shared and there are no barriers.
import {
  across,
  columnAt,
  eachFour,
  foursOf,
  layoutOf,
  ownFours,
  place,
  sumOf,
  type KernelShape,
  type LanesTiling,
  type Way,
} from './attentionTiles.ts'
import { component, each, range } from './wgslText.ts'

interface Lanes extends KernelShape {
  readonly tiling: LanesTiling
}

/** Registers that hold a four of each row, one row a lane. */
const heldOf = ({ tiling: { rows, lanes } }: Lanes): number => Math.ceil(rows / lanes)
/** The held value of row r, in all lanes. */
const fromRow = (held: string, r: number, { tiling: { lanes } }: Lanes): string =>
  `subgroupBroadcast(${held}${Math.floor(r / lanes)}, ${r % lanes}u)`
const heldRow = (i: number, { tiling: { lanes } }: Lanes): string => `rowBase + x + ${i * lanes}u`

export const lanes: Way<Lanes> = {
  // All branches and loop bounds are the same for the whole subgroup, which the compiler cannot see.
  enables: 'enable subgroups;\ndiagnostic(off, subgroup_uniformity);',
  memory: () => '',
  forwardMemory: () => '',
  builtins: '@builtin(subgroup_invocation_id) x: u32',
  names: '',
  hold: (sources, s) =>
    sources.map((name) => each(heldOf(s), (i) => `let ${name}Held${i} = ${place(name, heldRow(i, s), s)};`)).join('\n'),
  rowValues: (name, array, at, s) => `${each(heldOf(s), (i) => `let ${name}Held${i} = ${array}[${at(heldRow(i, s))}];`)}
${each(s.tiling.rows, (r) => `let ${name}${r} = ${fromRow(`${name}Held`, r, s)};`)}`,
  scores: (into, own, other, s) => {
    const { rows, columns } = s.tiling
    const column = (j: number, d: number): string =>
      `vec4f(${range(4)
        .map((c) => `b${j * 4 + c}.${component[d]}`)
        .join(', ')})`
    return `${eachFour(s, (r, j) => `var ${into}${r}_${j} = vec4f();`)}
${each(columns, (c) => `let ${into}Column${c} = ${place(other, columnAt(c, s), s)};`)}
for (var four = 0u; four < ${foursOf(s)}u; four++) {
  ${each(heldOf(s), (i) => `let held${i} = ${own}[${own}Held${i} + four];`)}
  ${each(columns, (c) => `let b${c} = ${other}[${into}Column${c} + four];`)}
  ${each(rows, (r) => `let a${r} = ${fromRow('held', r, s)};`)}
  ${each(4, (d) => eachFour(s, (r, j) => `${into}${r}_${j} = fma(vec4f(a${r}.${component[d]}), ${column(j, d)}, ${into}${r}_${j});`))}
}`
  },
  accumulate: (acc, weights, other, s) => {
    const { limit, step, head } = layoutOf(other)
    const fours = ownFours(s)
    const last = foursOf(s) - 1
    const chain = (r: number, f: number): string =>
      `{ var t = ${sumOf(acc, r, f, s)}; ${range(4).map((n) => `t = fma(vec4f(w${r}.${component[n]}), b${n}_${f}, t);`).join(' ')} ${sumOf(acc, r, f, s)} = t; }`
    return each(
      s.tiling.columns / 4,
      (j) => `for (var t = 0u; t < ${across(s)}u; t++) {
  ${each(s.tiling.rows, (r) => `let w${r} = subgroupShuffle(${weights}${r}_${j}, t);`)}
  ${each(4, (n) => `let at${n} = (${head} + min(columnBase + ${j * 4 * across(s) + n}u + t * 4u, ${limit} - 1u) * ${step}) * ${foursOf(s)}u;`)}
  ${each(4, (n) => each(fours, (f) => `let b${n}_${f} = ${other}[at${n} + min(x + ${f * across(s)}u, ${last}u)];`))}
  ${each(s.tiling.rows, (r) => each(fours, (f) => chain(r, f)))}
}`,
    )
  },
  skipUnless: (seen) => `if (!subgroupAny(${seen})) { continue; }`,
  startMost: () => '',
  rowMost: (s) => each(s.tiling.rows, (r) => `let n${r} = max(m${r}, subgroupMax(t${r}));`),
  rowShares: (s) => `var logs: array<f32, 33>;
${each(
  s.tiling.rows,
  (r) => `let sum${r} = subgroupAdd(l${r});
let share${r} = select(0.0, 1.0 / sum${r}, sum${r} > 0.0);
logs[${r}] = select(0.0, m${r} / LOG2E + log(sum${r}), sum${r} > 0.0);`,
)}
for (var r = 0u; r < params.strip; r++) {
  if (x == 0u && rowBase + r < params.T) { lse[owner * params.T + rowBase + r] = logs[r]; }
}`,
}
