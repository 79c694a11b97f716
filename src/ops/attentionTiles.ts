// What the tiled attention kernels share, as WGSL text: sizes, bindings, rows of q, k, v and dO, storing results.
// A workgroup owns a tile of rows and walks over tiles of columns; threads differ in x along the columns and y along the rows.
// Everything is unrolled here because shader compilers differ in whether they do it. Two ways to share a tile: attentionStaged.ts
// (workgroup memory) and attentionLanes.ts (one subgroup).
import { each, lines, range } from './wgslText.ts'

/** Tiles in workgroup memory, 8 × 8 threads: portable. */
export interface StagedTiling {
  readonly way: 'staged'
  /** Rows of a thread; the workgroup has 8 times as many. */
  readonly rows: number
  /** Columns of a thread, in fours; a tile has 8 times as many. */
  readonly columns: number
  /** Fours of the head dimension staged for one step of the scores. */
  readonly depth: number
  /** Output fours of a thread that are accumulated together. */
  readonly fours: number
}
/** Lanes of one subgroup share all rows and exchange by broadcast: for software adapters. Needs whole fours. */
export interface LanesTiling {
  readonly way: 'lanes'
  readonly lanes: 4 | 8
  readonly rows: number
  readonly columns: number
}
export interface KernelShape {
  readonly headSize: number
  /** Scores pass through softcap · tanh(s / softcap). */
  readonly capped: boolean
  readonly tiling: StagedTiling | LanesTiling
}

/** How a way of tiling does what differs between them. */
export interface Way<S extends KernelShape = KernelShape> {
  readonly enables: string
  /** Workgroup variables of every kernel, and those that only the forward kernel needs. */
  memory(s: S): string
  forwardMemory(s: S): string
  /** Parameters of the entry point after the workgroup's numbers; they and `names` define lane, x and y. */
  readonly builtins: string
  readonly names: string
  /** Readies the rows of a tile in the sources that scores read. */
  hold(sources: readonly string[], s: S): string
  /** name{r} = value of row r, loaded from an array at `at(row)`. */
  rowValues(name: string, array: string, at: (row: string) => string, s: S): string
  /** into{r}_{j} = rows of `own` · columns of `other`, over the head dimension. */
  scores(into: string, own: string, other: string, s: S): string
  /** acc{r}_{f} += weights{r}_{j} · rows of `other` that the tile's columns are. */
  accumulate(acc: string, weights: string, other: string, s: S): string
  /** Goes on to the next tile if `seen` holds in no thread. */
  skipUnless(seen: string): string
  startMost(s: S): string
  /** n{r} = the larger of m{r} and the largest of t{r} over the row. */
  rowMost(s: S): string
  /** share{r} = 1 / sum of l{r} over the row, or 0; stores m + log(sum), or 0, to lse. */
  rowShares(s: S): string
}

/** Threads along the columns and along the rows. */
export const across = ({ tiling }: KernelShape): number => (tiling.way === 'staged' ? 8 : tiling.lanes)
const down = ({ tiling }: KernelShape): number => (tiling.way === 'staged' ? 8 : 1)
export const tileRows = (s: KernelShape): number => s.tiling.rows * down(s)
export const tileColumns = (s: KernelShape): number => s.tiling.columns * across(s)

/** For every row r of a thread and every four j of its columns. */
export const eachFour = ({ tiling: { rows, columns } }: KernelShape, write: (r: number, j: number) => string): string =>
  each(rows, (r) => each(columns / 4, (j) => write(r, j)))

export const rowAt = (r: number, s: KernelShape): string => (down(s) === 1 ? `rowBase + ${r}u` : `rowBase + y + ${r * down(s)}u`)
/** Column c of a thread: fours lie next to those of the neighbours. */
export const columnAt = (c: number, s: KernelShape): string => `columnBase + ${(c >> 2) * 4 * across(s) + (c & 3)}u + x * 4u`

export const foursOf = (s: KernelShape): number => Math.ceil(s.headSize / 4)
/** Output fours of a thread: x, x + across, … */
export const ownFours = (s: KernelShape): number => Math.ceil(foursOf(s) / across(s))
/** Whether rows come in whole fours, so that vectors are loaded and stored. */
const whole = (s: KernelShape): boolean => s.headSize % 4 === 0

type Side = 'query' | 'key'
const SIDES: Readonly<Record<string, Side>> = {
  q: 'query',
  dO: 'query',
  dq: 'query',
  o: 'query',
  k: 'key',
  v: 'key',
  dk: 'key',
  dv: 'key',
}
/** Rows of a side, the step from one to the next in heads, and the variable that holds a head's first. */
const LAYOUT = {
  query: { limit: 'params.T', step: 'params.heads', head: 'queryHead' },
  key: { limit: 'params.S', step: 'params.kvHeads', head: 'keyHead' },
} as const
export const layoutOf = (name: string): (typeof LAYOUT)[Side] => LAYOUT[SIDES[name]]

/** `qFour(head, row, four)`: four neighbours of a head's row, zeros outside. */
export function loader(name: string, s: KernelShape): string {
  if (s.tiling.way === 'lanes') return ''
  const { limit, step } = layoutOf(name)
  const fours = foursOf(s)
  const at = `(head + row * ${step})`
  // Selected, not branched around: an index out of range is clamped, and branches compile slowly.
  const body = whole(s)
    ? `return select(vec4f(), ${name}[${at} * ${fours}u + four], row < ${limit} && four < ${fours}u);`
    : `let first = ${at} * ${s.headSize}u + four * 4u;
  let found = vec4f(${range(4)
    .map((i) => `${name}[first + ${i}u]`)
    .join(', ')});
  return select(vec4f(), found, vec4<bool>(row < ${limit}) & (vec4u(four * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(${s.headSize}u)));`
  return `fn ${name}Four(head: u32, row: u32, four: u32) -> vec4f {\n  ${body}\n}`
}

/** Where a row of a source begins, in fours; the last row stands for those beyond it, whose scores are hidden anyway. */
export function place(name: string, row: string, s: KernelShape): string {
  const { limit, step, head } = layoutOf(name)
  return `(${head} + min(${row}, ${limit} - 1u) * ${step}) * ${foursOf(s)}u`
}

/** `oPut(head, row, four, value)`. */
export function putter(name: string, s: KernelShape): string {
  const { limit, step } = layoutOf(name)
  const at = `(head + row * ${step})`
  const fours = foursOf(s)
  const body = whole(s)
    ? `${name}[${at} * ${fours}u + four] = value;`
    : `for (var i = 0u; i < 4u; i++) {
    if (four * 4u + i < ${s.headSize}u) { ${name}[${at} * ${s.headSize}u + four * 4u + i] = value[i]; }
  }`
  return `fn ${name}Put(head: u32, row: u32, four: u32, value: vec4f) {
  if (row >= ${limit} || four >= ${fours}u) { return; }
  ${body}
}`
}

export interface Binding {
  readonly name: string
  readonly type: 'float' | 'vec4f' | 'i32' | 'f32'
  readonly write?: boolean
}

/**
 * What is told at run time makes no other kernel to compile. `strip`: rows of a thread, so that no compiler unrolls the loops
 * that store them.
 */
export function declarations(s: KernelShape, bindings: readonly Binding[]): string {
  const element = (type: Binding['type']): string => (type === 'float' ? (whole(s) ? 'vec4f' : 'f32') : type)
  return lines([
    '#include <index>',
    'struct Params {',
    '  T: u32, S: u32, heads: u32, kvHeads: u32, causal: u32, window: i32, scale: f32, softcap: f32,',
    '  tiles: u32, first: u32, end: u32, strip: u32,',
    '}',
    '@group(0) @binding(0) var<uniform> params: Params;',
    ...bindings.map(
      ({ name, type, write }, i) =>
        `@group(0) @binding(${i + 1}) var<storage, ${write ? 'read_write' : 'read'}> ${name}: array<${element(type)}>;`,
    ),
    ...(s.capped ? ['alias Value = vec4f;', '#include <tanh>'] : []),
    'const LOG2E = 1.4426950408889634;',
    'const LOWEST = -3.0e38;',
  ])
}

/** z{r}_{j}: the exponents, in powers of two, of the products s{r}_{j}; where scores are capped, slope{r}_{j} too. */
export const exponents = (s: KernelShape): string =>
  eachFour(s, (r, j) =>
    s.capped
      ? `let u${r}_${j} = hyperbolicTangent(s${r}_${j} * (params.scale / params.softcap));
let z${r}_${j} = LOG2E * params.softcap * u${r}_${j};
let slope${r}_${j} = 1.0 - u${r}_${j} * u${r}_${j};`
      : `let z${r}_${j} = scale * s${r}_${j};`,
  )
/** The factor that a gradient of the score takes on its way to the product. */
export const slope = (s: KernelShape, r: number, j: number): string => (s.capped ? ` * slope${r}_${j}` : '')

/** Four lanes are SwiftShader's, whose compiler keeps next to nothing in registers: sums in memory compile in a third of the time. */
const inMemory = ({ tiling }: KernelShape): boolean => tiling.way === 'lanes' && tiling.lanes === 4
const resultOf = (acc: string, s: KernelShape): string => `var ${acc}Out: array<vec4f, ${Math.max(33, s.tiling.rows * ownFours(s))}>;`

export const accumulators = (acc: string, s: KernelShape): string =>
  inMemory(s) ? resultOf(acc, s) : each(s.tiling.rows, (r) => each(ownFours(s), (f) => `var ${sumOf(acc, r, f, s)} = vec4f();`))
/** The sum for a thread's row r, output four f. */
export const sumOf = (acc: string, r: number, f: number, s: KernelShape): string => (inMemory(s) ? `${acc}Out[${r * ownFours(s) + f}]` : `${acc}${r}_${f}`)

/**
 * Stores accumulators with a loop that no compiler unrolls: software adapters compile every store for long. Its array is
 * longer than loops that are unrolled.
 */
export function store(output: string, s: KernelShape, times?: (r: number) => string): string {
  const { rows } = s.tiling
  const fours = ownFours(s)
  const result = (r: number, f: number): string => `${output}Out[${r * fours + f}] = ${sumOf(output, r, f, s)}${times ? ` * ${times(r)}` : ''};`
  const copies = inMemory(s) && !times ? '' : each(rows, (r) => each(fours, (f) => result(r, f)))
  const row = down(s) === 1 ? 'rowBase + r' : `rowBase + y + r * ${down(s)}u`
  return `${inMemory(s) ? '' : resultOf(output, s)}
${copies}
for (var r = 0u; r < params.strip; r++) {
  ${each(fours, (f) => `${output}Put(${layoutOf(output).head}, ${row}, x + ${f * across(s)}u, ${output}Out[r * ${fours}u + ${f}u]);`)}
}`
}
