// The parts that the tiled attention kernels are put together from, as WGSL text: staging rows of q, k, v and dO in workgroup
// memory, the tile of scores between rows and columns, and the weighted sum over a tile. A workgroup of 8 × 8 threads owns a
// tile of rows (x: lane % 8 walks columns, y: lane / 8 walks rows); everything is unrolled here because shader compilers
// differ in whether they do it.

/** How much one thread computes, and how much is staged at once. Workgroup memory stays within 16 KiB. */
export interface Tiling {
  /** Whether q, k, v and dO pass through workgroup memory; else threads read them from the cache, in whole fours. */
  readonly staged: boolean
  /** Rows of a thread: 4 or 8; the workgroup has 8 times as many. */
  readonly rows: number
  /** Columns of a thread: 4 or 8; a tile has 8 times as many. */
  readonly columns: number
  /** Fours of the head dimension staged for one step of the scores. */
  readonly depth: number
  /** Output fours of a thread that are accumulated together. */
  readonly fours: number
}

export interface KernelShape {
  readonly headSize: number
  readonly causal: boolean
  readonly window: boolean
  readonly tiling: Tiling
}

export const THREADS = 64
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
export const lines = (list: readonly string[]): string => list.join('\n')
export const each = (n: number, write: (i: number) => string): string => lines(range(n).map(write))
/** For every row r of a thread and every four j of its columns. */
export const eachFour = ({ rows, columns }: Tiling, write: (r: number, j: number) => string): string =>
  each(rows, (r) => each(columns / 4, (j) => write(r, j)))
const lane = ['x', 'y', 'z', 'w']

const foursOf = (s: KernelShape): number => Math.ceil(s.headSize / 4)
/** Output fours of a thread: thread x has every eighth. */
export const ownFours = (s: KernelShape): number => Math.ceil(foursOf(s) / 8)
const depthOf = (s: KernelShape): number => Math.min(s.tiling.depth, foursOf(s))
const togetherOf = (s: KernelShape): number => Math.min(s.tiling.fours, ownFours(s))

type Side = 'query' | 'key'
const SOURCES: Readonly<Record<string, Side>> = { q: 'query', dO: 'query', k: 'key', v: 'key' }
/** Rows of a side, the step from one to the next in heads, and the variable that holds a head's first. */
const LAYOUT = {
  query: { limit: 'params.T', step: 'params.heads', head: 'queryHead' },
  key: { limit: 'params.S', step: 'params.kvHeads', head: 'keyHead' },
} as const

/** `qFour(head, row, four)`: four neighbours of a head's row, zeros outside. */
export function loader(name: string, s: KernelShape): string {
  if (!s.tiling.staged) return ''
  const { limit, step } = LAYOUT[SOURCES[name]]
  const fours = foursOf(s)
  const at = `(head + row * ${step})`
  const body =
    s.headSize % 4 === 0
      ? `return ${name}[${at} * ${fours}u + four];`
      : `var found = vec4f();
  for (var i = 0u; i < 4u; i++) {
    if (four * 4u + i < ${s.headSize}u) { found[i] = ${name}[${at} * ${s.headSize}u + four * 4u + i]; }
  }
  return found;`
  return `fn ${name}Four(head: u32, row: u32, four: u32) -> vec4f {
  if (row >= ${limit} || four >= ${fours}u) { return vec4f(); }
  ${body}
}`
}

/** Where a row of a source begins, in fours; the last row stands for those beyond it, whose scores are hidden anyway. */
function place(name: string, row: string, s: KernelShape): string {
  const { limit, step, head } = LAYOUT[SOURCES[name]]
  return `(${head} + min(${row}, ${limit} - 1u) * ${step}) * ${foursOf(s)}u`
}

/** `oPut(row, four, value)`. */
export function putter(name: string, side: Side, s: KernelShape): string {
  const { limit, step } = LAYOUT[side]
  const at = `(head + row * ${step})`
  const fours = foursOf(s)
  const body =
    s.headSize % 4 === 0
      ? `${name}[${at} * ${fours}u + four] = value;`
      : `for (var i = 0u; i < 4u; i++) {
    if (four * 4u + i < ${s.headSize}u) { ${name}[${at} * ${s.headSize}u + four * 4u + i] = value[i]; }
  }`
  return `fn ${name}Put(head: u32, row: u32, four: u32, value: vec4f) {
  if (row >= ${limit} || four >= ${fours}u) { return; }
  ${body}
}`
}

interface Binding {
  readonly name: string
  readonly type: 'float' | 'vec4f' | 'i32' | 'f32'
  readonly write?: boolean
}

export function declarations(s: KernelShape, bindings: readonly Binding[]): string {
  const { rows, columns } = s.tiling
  const { staged } = s.tiling
  const leftFours = rows * 8 * (staged ? Math.max(stride(s), weightStride(s)) : weightStride(s))
  const rightFours = Math.max(columns * 8 * stride(s), 32 * 8 * togetherOf(s))
  const element = (type: Binding['type']): string => (type === 'float' ? (s.headSize % 4 === 0 ? 'vec4f' : 'f32') : type)
  return lines([
    '#include <index>',
    'struct Params { T: u32, S: u32, heads: u32, kvHeads: u32, window: i32, scale: f32, tiles: u32, first: u32, end: u32 }',
    '@group(0) @binding(0) var<uniform> params: Params;',
    ...bindings.map(
      ({ name, type, write }, i) =>
        `@group(0) @binding(${i + 1}) var<storage, ${write ? 'read_write' : 'read'}> ${name}: array<${element(type)}>;`,
    ),
    `var<workgroup> left: array<vec4f, ${leftFours}>;`,
    ...(staged ? [`var<workgroup> right: array<vec4f, ${rightFours}>;`] : []),
    'var<workgroup> votes: atomic<u32>;',
    'var<workgroup> seen: u32;',
    'const LOG2E = 1.4426950408889634;',
    'const LOWEST = -3.0e38;',
  ])
}

// One spare four a row keeps threads of different rows in different banks, where it fits.
const spare = ({ tiling: { rows, columns } }: KernelShape): number => (rows * columns > 32 ? 0 : 1)
const stride = (s: KernelShape): number => depthOf(s) + spare(s)
const weightStride = (s: KernelShape): number => 8 + spare(s)

/** Copies rows of a source into workgroup memory, `width` fours of each from `four` on. */
function stage(
  target: string,
  name: string,
  count: number,
  width: number,
  step: number,
  row: (slot: string) => string,
  four: string,
): string {
  const total = count * width
  return each(Math.ceil(total / THREADS), (n) => {
    const i = `(lane + ${n * THREADS}u)`
    const copy = `${target}[${i} / ${width}u * ${step}u + ${i} % ${width}u] = ${name}Four(${SOURCES[name]}Head, ${row(`(${i} / ${width}u)`)}, ${four} + ${i} % ${width}u);`
    return (n + 1) * THREADS <= total ? copy : `if (${i} < ${total}u) { ${copy} }`
  })
}

/**
 * into{r}_{j} = rows of `own` · columns of `other`, over the head dimension.
 * Column c of thread x is 4x + c of its block of 32; it is staged at slot 8c + x so that neighbours read neighbours.
 */
export function scores(into: string, own: string, other: string, s: KernelShape): string {
  const { rows, columns, staged } = s.tiling
  const depth = depthOf(s)
  const step = stride(s)
  const column = (slot: string): string => `columnBase + (${slot} & ~31u) + (${slot} & 7u) * 4u + ((${slot} >> 3u) & 3u)`
  const multiply = eachFour(
    s.tiling,
    (r, j) =>
      `${into}${r}_${j} += vec4f(${range(4)
        .map((c) => `dot(a${r}, b${j * 4 + c})`)
        .join(', ')});`,
  )
  const zeros = eachFour(s.tiling, (r, j) => `var ${into}${r}_${j} = vec4f();`)
  if (!staged) {
    return `${zeros}
${each(columns, (c) => `let ${other}Column${c} = ${place(other, `columnBase + ${(c >> 2) * 32 + (c & 3)}u + x * 4u`, s)};`)}
for (var i = 0u; i < ${foursOf(s)}u; i++) {
  ${each(rows, (r) => `let a${r} = ${own}[${own}Row${r} + i];`)}
  ${each(columns, (c) => `let b${c} = ${other}[${other}Column${c} + i];`)}
  ${multiply}
}`
  }
  return `${zeros}
for (var four = 0u; four < ${foursOf(s)}u; four += ${depth}u) {
  ${stage('left', own, rows * 8, depth, step, (slot) => `rowBase + ${slot}`, 'four')}
  ${stage('right', other, columns * 8, depth, step, column, 'four')}
  workgroupBarrier();
  for (var i = 0u; i < ${depth}u; i++) {
    ${each(rows, (r) => `let a${r} = left[(y + ${r * 8}u) * ${step}u + i];`)}
    ${each(columns, (c) => `let b${c} = right[(${(c >> 2) * 32 + (c & 3) * 8}u + x) * ${step}u + i];`)}
    ${multiply}
  }
  workgroupBarrier();
}`
}

/** Where the rows of a thread begin in the sources that the scores read, for kernels that do not stage them. */
export const rowPlaces = (names: readonly string[], s: KernelShape): string =>
  s.tiling.staged
    ? ''
    : lines(names.map((name) => each(s.tiling.rows, (r) => `let ${name}Row${r} = ${place(name, `rowBase + y + ${r * 8}u`, s)};`)))

/** acc{r}_{f} += weights{r}_{j} · rows of `other`: the tile of weights passes through workgroup memory, 32 columns at a time. */
export function accumulate(acc: string, weights: string, other: string, s: KernelShape): string {
  const { rows, columns, staged } = s.tiling
  const together = togetherOf(s)
  const step = weightStride(s)
  const groups = Math.ceil(ownFours(s) / together)
  return each(columns / 4, (j) => {
    const product = (g: number): string => {
      const count = Math.min(together, ownFours(s) - g * together)
      const width = Math.min(8 * count, foursOf(s) - g * together * 8)
      const row = (n: number): string => `columnBase + ${j * 32 + n}u + i * 4u`
      const right = (n: number, f: number): string =>
        staged ? `right[(i * 4u + ${n}u) * ${width}u + x + ${f * 8}u]` : `${other}[at${n} + x + ${(g * together + f) * 8}u]`
      return `${staged ? stage('right', other, 32, width, width, (slot) => `columnBase + ${j * 32}u + ${slot}`, `${g * together * 8}u`) : ''}
${staged || g === 0 ? 'workgroupBarrier();' : ''}
for (var i = 0u; i < 8u; i++) {
  ${each(rows, (r) => `let a${r} = left[(y + ${r * 8}u) * ${step}u + i];`)}
  ${each(4, (n) =>
    lines([
      staged ? '' : `let at${n} = ${place(other, row(n), s)};`,
      ...range(count).map((f) => `let b${n}_${f} = ${right(n, f)};`),
      ...range(rows).flatMap((r) =>
        range(count).map((f) => {
          const at = `${acc}${r}_${g * together + f}`
          return `${at} = fma(vec4f(a${r}.${lane[n]}), b${n}_${f}, ${at});`
        }),
      ),
    ]),
  )}
}
${staged || g === groups - 1 ? 'workgroupBarrier();' : ''}`
    }
    return lines([
      each(rows, (r) => `left[(y + ${r * 8}u) * ${step}u + x] = ${weights}${r}_${j};`),
      ...range(groups).map(product),
    ])
  })
}

export const accumulators = (acc: string, s: KernelShape): string =>
  each(s.tiling.rows, (r) => each(ownFours(s), (f) => `var ${acc}${r}_${f} = vec4f();`))

export const write = (output: string, head: string, acc: (r: number, f: number) => string, s: KernelShape): string =>
  each(s.tiling.rows, (r) =>
    each(ownFours(s), (f) => `${output}Put(${head}, rowBase + y + ${r * 8}u, x + ${f * 8}u, ${acc(r, f)});`),
  )

/** Skips a tile in which no pair sees each other (packed rows). Whether it does is the same for the whole workgroup. */
export const skipUnseen = (s: KernelShape): string => `if (${eachFour(s.tiling, (r, j) => `any(sees${r}_${j})`)
  .split('\n')
  .join(' || ')}) { atomicOr(&votes, 1u); }
workgroupBarrier();
if (lane == 0u) { seen = atomicExchange(&votes, 0u); }
if (workgroupUniformLoad(&seen) == 0u) { continue; }`
