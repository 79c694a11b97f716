// Writes the WGSL of the three tiled attention kernels (FlashAttention-2, https://arxiv.org/abs/2307.08691): forward,
// the gradient of q, and the gradient of k and v. Everything is unrolled here because shader compilers differ in whether
// they do it. A workgroup of 8 × 8 threads owns a tile of rows (queries; keys in the last kernel) and walks over tiles of
// columns (the other side); a score exists only in the registers of one thread. No atomics touch a float: same bytes each run.
// All outputs are written with =.

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

const THREADS = 64
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const lines = (list: readonly string[]): string => list.join('\n')
const each = (n: number, write: (i: number) => string): string => lines(range(n).map(write))
/** For every row r of a thread and every four j of its columns. */
const eachFour = ({ rows, columns }: Tiling, write: (r: number, j: number) => string): string =>
  each(rows, (r) => each(columns / 4, (j) => write(r, j)))
const lane = ['x', 'y', 'z', 'w']

const foursOf = (s: KernelShape): number => Math.ceil(s.headSize / 4)
/** Output fours of a thread: thread x has every eighth. */
const ownFours = (s: KernelShape): number => Math.ceil(foursOf(s) / 8)
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
function loader(name: string, s: KernelShape): string {
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
function putter(name: string, side: Side, s: KernelShape): string {
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

function declarations(s: KernelShape, bindings: readonly Binding[]): string {
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
function stage(target: string, name: string, count: number, width: number, step: number, row: (slot: string) => string, four: string): string {
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
function scores(into: string, own: string, other: string, s: KernelShape): string {
  const { rows, columns, staged } = s.tiling
  const depth = depthOf(s)
  const step = stride(s)
  const column = (slot: string): string => `columnBase + (${slot} & ~31u) + (${slot} & 7u) * 4u + ((${slot} >> 3u) & 3u)`
  const multiply = eachFour(s.tiling, (r, j) => `${into}${r}_${j} += vec4f(${range(4).map((c) => `dot(a${r}, b${j * 4 + c})`).join(', ')});`)
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
const rowPlaces = (names: readonly string[], s: KernelShape): string =>
  s.tiling.staged
    ? ''
    : lines(names.map((name) => each(s.tiling.rows, (r) => `let ${name}Row${r} = ${place(name, `rowBase + y + ${r * 8}u`, s)};`)))

/** acc{r}_{f} += weights{r}_{j} · rows of `other`: the tile of weights passes through workgroup memory, 32 columns at a time. */
function accumulate(acc: string, weights: string, other: string, s: KernelShape): string {
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
    return lines([each(rows, (r) => `left[(y + ${r * 8}u) * ${step}u + x] = ${weights}${r}_${j};`), ...range(groups).map(product)])
  })
}

const accumulators = (acc: string, s: KernelShape): string => each(s.tiling.rows, (r) => each(ownFours(s), (f) => `var ${acc}${r}_${f} = vec4f();`))

const write = (output: string, head: string, acc: (r: number, f: number) => string, s: KernelShape): string =>
  each(s.tiling.rows, (r) => each(ownFours(s), (f) => `${output}Put(${head}, rowBase + y + ${r * 8}u, x + ${f * 8}u, ${acc(r, f)});`))

/** Skips a tile in which no pair sees each other (packed rows). Whether it does is the same for the whole workgroup. */
const skipUnseen = (s: KernelShape): string => `if (${eachFour(s.tiling, (r, j) => `any(sees${r}_${j})`).split('\n').join(' || ')}) { atomicOr(&votes, 1u); }
workgroupBarrier();
if (lane == 0u) { seen = atomicExchange(&votes, 0u); }
if (workgroupUniformLoad(&seen) == 0u) { continue; }`

const entry = (name: string, owners: 'heads' | 'kvHeads', rows: number, lastFirst: boolean, body: string): string => `
@compute @workgroup_size(${THREADS})
fn ${name}(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = groupIndex(group, groups) + params.first * params.tiles;
  if (index >= params.end * params.tiles) { return; }
  let x = lane % 8u;
  let y = lane / 8u;
  let owner = index / params.tiles;
  let b = owner / params.${owners};
  let head = owner % params.${owners};
  let rowBase = ${lastFirst ? '(params.tiles - 1u - index % params.tiles)' : 'index % params.tiles'} * ${rows * 8}u;
  ${body}
}`

/** The keys that a tile of queries may see, from the position of its first and last query. */
const keyRange = (s: KernelShape): string => `let last = first + i32(min(rowBase + ${s.tiling.rows * 8}u, params.T)) - 1;
let begin = ${s.window ? 'u32(max(0, first + i32(rowBase) - params.window + 1))' : '0u'};
let finish = ${s.causal ? 'u32(clamp(last + 1, 0, i32(params.S)))' : 'params.S'};`

/** low{r} ≤ key < high{r} bounds what query r sees; none beyond the last query. */
const queryRows = (s: KernelShape, position: (r: number) => string, segment: (r: number) => string): string =>
  each(s.tiling.rows, (r) =>
    lines([
      `let position${r} = ${position(r)};`,
      `let segment${r} = vec4i(${segment(r)});`,
      `let low${r} = vec4i(${s.window ? `position${r} - params.window + 1` : '0'});`,
      `let high${r} = vec4i(select(0, ${s.causal ? `min(position${r} + 1, i32(params.S))` : 'i32(params.S)'}, rowBase + y + ${r * 8}u < params.T));`,
    ]),
  )

const keyColumns = (s: KernelShape): string =>
  lines([
    ...range(s.tiling.columns / 4).map((j) => {
      const at = (c: number): string => `segmentsK[b * params.S + min(columnBase + ${j * 32 + c}u + x * 4u, params.S - 1u)]`
      return `let key${j} = i32(columnBase + ${j * 32}u + x * 4u) + vec4i(0, 1, 2, 3);
let keySegment${j} = vec4i(${range(4).map(at).join(', ')});`
    }),
    eachFour(s.tiling, (r, j) => `let sees${r}_${j} = (key${j} >= low${r}) & (key${j} < high${r}) & (keySegment${j} == segment${r});`),
  ])

export function forwardKernel(s: KernelShape): string {
  const { rows, columns } = s.tiling
  const fours = range(columns / 4)
  return lines([
    declarations(s, [
      { name: 'q', type: 'float' },
      { name: 'k', type: 'float' },
      { name: 'v', type: 'float' },
      { name: 'segmentsQ', type: 'i32' },
      { name: 'segmentsK', type: 'i32' },
      { name: 'start', type: 'i32' },
      { name: 'o', type: 'float', write: true },
      { name: 'lse', type: 'f32', write: true },
    ]),
    `var<workgroup> parts: array<f32, ${rows * 8 * 9}>;`,
    `var<workgroup> largest: array<f32, ${rows * 8}>;`,
    ...['q', 'k', 'v'].map((name) => loader(name, s)),
    putter('o', 'query', s),
    entry(
      'forward',
      'heads',
      rows,
      s.causal,
      `let queryHead = b * params.T * params.heads + head;
  let keyHead = b * params.S * params.kvHeads + head / (params.heads / params.kvHeads);
  let first = start[b];
  ${keyRange(s)}
  ${queryRows(
    s,
    (r) => `first + i32(rowBase + y + ${r * 8}u)`,
    (r) => `segmentsQ[b * params.T + min(rowBase + y + ${r * 8}u, params.T - 1u)]`,
  )}
  ${rowPlaces(['q'], s)}
  ${accumulators('o', s)}
  ${each(rows, (r) => `var m${r} = LOWEST; var l${r} = 0.0;`)}
  if (lane < ${rows * 8}u) { largest[lane] = LOWEST; }
  let scale = params.scale * LOG2E; // so that exp2 does
  for (var columnBase = begin; columnBase < finish; columnBase += ${columns * 8}u) {
    ${keyColumns(s)}
    ${skipUnseen(s)}
    ${scores('s', 'q', 'k', s)}
    ${eachFour(s.tiling, (r, j) => `let t${r}_${j} = select(vec4f(LOWEST), scale * s${r}_${j}, sees${r}_${j});`)}
    ${each(rows, (r) => {
      const most = fours.map((j) => `t${r}_${j}`).reduce((a, b) => `max(${a}, ${b})`)
      return `let most${r} = ${most};
parts[(y + ${r * 8}u) * 9u + x] = max(max(most${r}.x, most${r}.y), max(most${r}.z, most${r}.w));`
    })}
    workgroupBarrier();
    if (lane < ${rows * 8}u) {
      var most = largest[lane];
      ${each(8, (i) => `most = max(most, parts[lane * 9u + ${i}u]);`)}
      largest[lane] = most;
    }
    workgroupBarrier();
    ${each(
      rows,
      (r) => `let n${r} = largest[y + ${r * 8}u];
let shrink${r} = exp2(m${r} - n${r});
m${r} = n${r};
${lines(fours.map((j) => `let p${r}_${j} = select(vec4f(), exp2(t${r}_${j} - n${r}), sees${r}_${j});`))}
l${r} = l${r} * shrink${r} + ${fours.map((j) => `dot(p${r}_${j}, vec4f(1.0))`).join(' + ')};
${each(ownFours(s), (f) => `o${r}_${f} *= shrink${r};`)}`,
    )}
    ${accumulate('o', 'p', 'v', s)}
  }
  ${each(rows, (r) => `parts[(y + ${r * 8}u) * 9u + x] = l${r};`)}
  workgroupBarrier();
  ${each(
    rows,
    (r) => `var sum${r} = 0.0;
${each(8, (i) => `sum${r} += parts[(y + ${r * 8}u) * 9u + ${i}u];`)}
let share${r} = select(0.0, 1.0 / sum${r}, sum${r} > 0.0);
if (x == 0u && rowBase + y + ${r * 8}u < params.T) {
  lse[owner * params.T + rowBase + y + ${r * 8}u] = select(0.0, m${r} / LOG2E + log(sum${r}), sum${r} > 0.0);
}`,
  )}
  ${write('o', 'queryHead', (r, f) => `o${r}_${f} * share${r}`, s)}`,
    ),
  ])
}

/** dS = P ∘ (dP − δ) · scale; dq += dS · k. */
export function backwardQKernel(s: KernelShape): string {
  const { rows, columns } = s.tiling
  return lines([
    declarations(s, [
      { name: 'q', type: 'float' },
      { name: 'k', type: 'float' },
      { name: 'v', type: 'float' },
      { name: 'dO', type: 'float' },
      { name: 'segmentsK', type: 'i32' },
      { name: 'rows', type: 'vec4f' },
      { name: 'dq', type: 'float', write: true },
    ]),
    ...['q', 'k', 'v', 'dO'].map((name) => loader(name, s)),
    putter('dq', 'query', s),
    entry(
      'backwardQ',
      'heads',
      rows,
      s.causal,
      `let queryHead = b * params.T * params.heads + head;
  let keyHead = b * params.S * params.kvHeads + head / (params.heads / params.kvHeads);
  let first = i32(rows[owner * params.T].w);
  ${keyRange(s)}
  ${each(rows, (r) => `let row${r} = rows[owner * params.T + min(rowBase + y + ${r * 8}u, params.T - 1u)];`)}
  ${queryRows(
    s,
    (r) => `i32(row${r}.w)`,
    (r) => `i32(row${r}.z)`,
  )}
  ${rowPlaces(['q', 'dO'], s)}
  ${accumulators('dq', s)}
  let scale = params.scale * LOG2E;
  for (var columnBase = begin; columnBase < finish; columnBase += ${columns * 8}u) {
    ${keyColumns(s)}
    ${skipUnseen(s)}
    ${scores('s', 'q', 'k', s)}
    ${eachFour(s.tiling, (r, j) => `let p${r}_${j} = select(vec4f(), exp2(scale * s${r}_${j} - LOG2E * row${r}.x), sees${r}_${j});`)}
    ${scores('g', 'dO', 'v', s)}
    ${eachFour(s.tiling, (r, j) => `let d${r}_${j} = params.scale * p${r}_${j} * (g${r}_${j} - row${r}.y);`)}
    ${accumulate('dq', 'd', 'k', s)}
  }
  ${write('dq', 'queryHead', (r, f) => `dq${r}_${f}`, s)}`,
    ),
  ])
}

/** dv += Pᵀ · dO and dk += dSᵀ · q, over the query heads that share the key head; either may be left out. */
export function backwardKVKernel(s: KernelShape, needs: { readonly k: boolean; readonly v: boolean }): string {
  const { rows, columns } = s.tiling
  const at = (j: number, c: number): string => `rows[queryRow + min(columnBase + ${j * 32 + c}u + x * 4u, params.T - 1u)]`
  const gather = (name: string, part: string, j: number): string => `${name}(${range(4).map((c) => `row${j * 4 + c}.${part}`).join(', ')})`
  const outputs = [...(needs.k ? ['dk'] : []), ...(needs.v ? ['dv'] : [])]
  return lines([
    declarations(s, [
      { name: 'q', type: 'float' },
      { name: 'k', type: 'float' },
      ...(needs.k ? [{ name: 'v', type: 'float' as const }] : []),
      { name: 'dO', type: 'float' },
      { name: 'segmentsK', type: 'i32' },
      { name: 'rows', type: 'vec4f' },
      ...outputs.map((name) => ({ name, type: 'float' as const, write: true })),
    ]),
    ...['q', 'k', ...(needs.k ? ['v'] : []), 'dO'].map((name) => loader(name, s)),
    ...outputs.map((name) => putter(name, 'key', s)),
    entry(
      'backwardKV',
      'kvHeads',
      rows,
      false,
      `let keyHead = b * params.S * params.kvHeads + head;
  let sharing = params.heads / params.kvHeads;
  let first = i32(rows[b * params.heads * params.T].w);
  let lastKey = i32(min(rowBase + ${rows * 8}u, params.S)) - 1;
  let begin = ${s.causal ? 'u32(max(0, i32(rowBase) - first))' : '0u'};
  let finish = ${s.window ? 'u32(clamp(lastKey + params.window - first, 0, i32(params.T)))' : 'params.T'};
  ${each(
    rows,
    (r) => `let key${r} = vec4i(i32(rowBase + y + ${r * 8}u));
let segment${r} = vec4i(segmentsK[b * params.S + min(rowBase + y + ${r * 8}u, params.S - 1u)]);`,
  )}
  ${rowPlaces(['k', ...(needs.k ? ['v'] : [])], s)}
  ${outputs.map((name) => accumulators(name, s)).join('\n')}
  let scale = params.scale * LOG2E;
  for (var member = 0u; member < sharing; member++) {
    let queryHead = b * params.T * params.heads + head * sharing + member;
    let queryRow = (b * params.heads + head * sharing + member) * params.T;
    for (var columnBase = begin; columnBase < finish; columnBase += ${columns * 8}u) {
      ${each(columns, (c) => `let row${c} = ${at(c >> 2, c & 3)};`)}
      ${each(
        columns / 4,
        (j) => `let query${j} = vec4u(columnBase + ${j * 32}u + x * 4u) + vec4u(0u, 1u, 2u, 3u);
let querySegment${j} = vec4i(${gather('vec4f', 'z', j)});
let position${j} = vec4i(${gather('vec4f', 'w', j)});`,
      )}
      ${eachFour(s.tiling, (r, j) => {
        const tests = [
          `(query${j} < vec4u(params.T))`,
          `(key${r} < vec4i(i32(params.S)))`,
          `(querySegment${j} == segment${r})`,
          ...(s.causal ? [`(key${r} <= position${j})`] : []),
          ...(s.window ? [`(position${j} - key${r} < vec4i(params.window))`] : []),
        ]
        return `let sees${r}_${j} = ${tests.join(' & ')};`
      })}
      ${skipUnseen(s)}
      ${scores('s', 'k', 'q', s)}
      ${each(columns / 4, (j) => `let lse${j} = LOG2E * ${gather('vec4f', 'x', j)};`)}
      ${eachFour(s.tiling, (r, j) => `let p${r}_${j} = select(vec4f(), exp2(scale * s${r}_${j} - lse${j}), sees${r}_${j});`)}
      ${needs.v ? accumulate('dv', 'p', 'dO', s) : ''}
      ${
        needs.k
          ? `${scores('g', 'v', 'dO', s)}
      ${each(columns / 4, (j) => `let delta${j} = ${gather('vec4f', 'y', j)};`)}
      ${eachFour(s.tiling, (r, j) => `let d${r}_${j} = params.scale * p${r}_${j} * (g${r}_${j} - delta${j});`)}
      ${accumulate('dk', 'd', 'q', s)}`
          : ''
      }
    }
  }
  ${lines(outputs.map((name) => write(name, 'keyHead', (r, f) => `${name}${r}_${f}`, s)))}`,
    ),
  ])
}
