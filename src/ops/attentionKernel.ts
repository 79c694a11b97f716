// Writes the WGSL of the three tiled attention kernels (FlashAttention-2, https://arxiv.org/abs/2307.08691): forward,
// the gradient of q, and the gradient of k and v. Rows are queries (keys in the last kernel), columns the other side; a score
// exists only in the registers of one thread. No atomic touches a float: the same bytes each run. Outputs are written with =.
import { lanes } from './attentionLanes.ts'
import { staged, THREADS } from './attentionStaged.ts'
import {
  accumulators,
  columnAt,
  declarations,
  eachFour,
  exponents,
  loader,
  ownFours,
  putter,
  rowAt,
  slope,
  store,
  sumOf,
  tileColumns,
  tileRows,
  type Binding,
  type KernelShape,
  type Way,
} from './attentionTiles.ts'
import { each, lines, range } from './wgslText.ts'

const wayOf = (s: KernelShape): Way => (s.tiling.way === 'staged' ? staged : lanes)

interface Parts {
  readonly name: string
  /** Whose heads the workgroups are numbered by. */
  readonly owners: 'heads' | 'kvHeads'
  readonly reads: readonly string[]
  readonly bindings: readonly Binding[]
  readonly outputs: readonly string[]
  readonly memory?: string
  readonly body: string
}

function kernel(s: KernelShape, { name, owners, reads, bindings, outputs, memory = '', body }: Parts): string {
  const way = wayOf(s)
  // Causal queries at the end of a row see most, keys at its start are seen most: long tiles start first.
  const tile = owners === 'heads' ? '(params.tiles - 1u - index % params.tiles)' : 'index % params.tiles'
  const floats = (names: readonly string[], write: boolean): Binding[] => names.map((of) => ({ name: of, type: 'float', write }))
  return `${way.enables}
${declarations(s, [...floats(reads, false), ...bindings, ...floats(outputs, true)])}
${way.memory(s)}
${memory}
${lines(reads.map((of) => loader(of, s)))}
${lines(outputs.map((of) => putter(of, s)))}
@compute @workgroup_size(${s.tiling.way === 'staged' ? THREADS : s.tiling.lanes})
fn ${name}(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, ${way.builtins}) {
  let index = groupIndex(group, groups) + params.first * params.tiles;
  if (index >= params.end * params.tiles) { return; }
  ${way.names}
  let owner = index / params.tiles;
  let b = owner / params.${owners};
  let head = owner % params.${owners};
  let rowBase = ${tile} * ${tileRows(s)}u;
  let scale = params.scale * LOG2E; // so that exp2 does
  ${body}
}`
}

/** The keys that a tile of queries may see, from the position of its first and last query. */
const keyRange = (s: KernelShape): string => `let last = first + i32(min(rowBase + ${tileRows(s)}u, params.T)) - 1;
let begin = select(0u, u32(max(0, first + i32(rowBase) - params.window + 1)), params.window > 0);
let finish = select(params.S, u32(clamp(last + 1, 0, i32(params.S))), params.causal != 0u);`

/** low{r} ≤ key < high{r} bounds what query r sees; none beyond the last query. */
const queryRows = (s: KernelShape, position: (r: number) => string, segment: (r: number) => string): string =>
  each(
    s.tiling.rows,
    (r) => `let position${r} = ${position(r)};
let segmentOf${r} = vec4i(${segment(r)});
let low${r} = vec4i(select(0, position${r} - params.window + 1, params.window > 0));
let reach${r} = select(i32(params.S), min(position${r} + 1, i32(params.S)), params.causal != 0u);
let high${r} = vec4i(select(0, reach${r}, ${rowAt(r, s)} < params.T));`,
  )

const keyColumns = (s: KernelShape): string => {
  const at = (c: number): string => `segmentsK[b * params.S + min(${columnAt(c, s)}, params.S - 1u)]`
  return `${each(
    s.tiling.columns / 4,
    (j) => `let key${j} = vec4i(i32(${columnAt(j * 4, s)})) + vec4i(0, 1, 2, 3);
let keySegment${j} = vec4i(${range(4)
      .map((c) => at(j * 4 + c))
      .join(', ')});`,
  )}
${eachFour(s, (r, j) => `let sees${r}_${j} = (key${j} >= low${r}) & (key${j} < high${r}) & (keySegment${j} == segmentOf${r});`)}`
}

/** Goes on to the next tile if no pair of this one sees each other: rows of several examples. */
const skipUnseen = (s: KernelShape): string => {
  const fours = range(s.tiling.rows).flatMap((r) => range(s.tiling.columns / 4).map((j) => `sees${r}_${j}`))
  return wayOf(s).skipUnless(`any(${fours.join(' | ')})`)
}

const eachTile = (s: KernelShape, body: string): string =>
  `for (var columnBase = begin; columnBase < finish; columnBase += ${tileColumns(s)}u) {\n${body}\n}`

const queryHeads = `let queryHead = b * params.T * params.heads + head;
let keyHead = b * params.S * params.kvHeads + head / (params.heads / params.kvHeads);`

export function forwardKernel(s: KernelShape): string {
  const way = wayOf(s)
  const { rows, columns } = s.tiling
  const fours = range(columns / 4)
  const mostOf = (r: number): string => fours.map((j) => `t${r}_${j}`).reduce((a, b) => `max(${a}, ${b})`)
  return kernel(s, {
    name: 'forward',
    owners: 'heads',
    reads: ['q', 'k', 'v'],
    bindings: [
      { name: 'segmentsQ', type: 'i32' },
      { name: 'segmentsK', type: 'i32' },
      { name: 'start', type: 'i32' },
      { name: 'lse', type: 'f32', write: true },
    ],
    outputs: ['o'],
    memory: way.forwardMemory(s),
    body: `${queryHeads}
  let first = start[b];
  ${keyRange(s)}
  ${way.rowValues('segment', 'segmentsQ', (row) => `b * params.T + min(${row}, params.T - 1u)`, s)}
  ${queryRows(
    s,
    (r) => `first + i32(${rowAt(r, s)})`,
    (r) => `segment${r}`,
  )}
  ${way.hold(['q'], s)}
  ${accumulators('o', s)}
  ${each(rows, (r) => `var m${r} = LOWEST; var l${r} = 0.0;`)}
  ${way.startMost(s)}
  ${eachTile(
    s,
    `${keyColumns(s)}
    ${skipUnseen(s)}
    ${way.scores('s', 'q', 'k', s)}
    ${exponents(s)}
    ${eachFour(s, (r, j) => `let t${r}_${j} = select(vec4f(LOWEST), z${r}_${j}, sees${r}_${j});`)}
    ${each(rows, (r) => `let most${r} = ${mostOf(r)};\nlet t${r} = max(max(most${r}.x, most${r}.y), max(most${r}.z, most${r}.w));`)}
    ${way.rowMost(s)}
    ${each(
      rows,
      (r) => `let shrink${r} = exp2(m${r} - n${r});
m${r} = n${r};
${lines(fours.map((j) => `let p${r}_${j} = select(vec4f(), exp2(t${r}_${j} - n${r}), sees${r}_${j});`))}
l${r} = l${r} * shrink${r} + ${fours.map((j) => `dot(p${r}_${j}, vec4f(1.0))`).join(' + ')};
${each(ownFours(s), (f) => `${sumOf('o', r, f, s)} *= shrink${r};`)}`,
    )}
    ${way.accumulate('o', 'p', 'v', s)}`,
  )}
  ${way.rowShares(s)}
  ${store('o', s, (r) => `share${r}`)}`,
  })
}

/** dS = P ∘ (dP − δ) · scale; dq += dS · k. */
export function backwardQKernel(s: KernelShape): string {
  const way = wayOf(s)
  return kernel(s, {
    name: 'backwardQ',
    owners: 'heads',
    reads: ['q', 'k', 'v', 'dO'],
    bindings: [
      { name: 'segmentsK', type: 'i32' },
      { name: 'rows', type: 'vec4f' },
    ],
    outputs: ['dq'],
    body: `${queryHeads}
  let first = i32(rows[owner * params.T].w);
  ${keyRange(s)}
  ${way.rowValues('row', 'rows', (row) => `owner * params.T + min(${row}, params.T - 1u)`, s)}
  ${queryRows(
    s,
    (r) => `i32(row${r}.w)`,
    (r) => `i32(row${r}.z)`,
  )}
  ${way.hold(['q', 'dO'], s)}
  ${accumulators('dq', s)}
  ${eachTile(
    s,
    `${keyColumns(s)}
    ${skipUnseen(s)}
    ${way.scores('s', 'q', 'k', s)}
    ${exponents(s)}
    ${eachFour(s, (r, j) => `let p${r}_${j} = select(vec4f(), exp2(z${r}_${j} - LOG2E * row${r}.x), sees${r}_${j});`)}
    ${way.scores('g', 'dO', 'v', s)}
    ${eachFour(s, (r, j) => `let d${r}_${j} = params.scale * p${r}_${j} * (g${r}_${j} - row${r}.y)${slope(s, r, j)};`)}
    ${way.accumulate('dq', 'd', 'k', s)}`,
  )}
  ${store('dq', s)}`,
  })
}

/** dv += Pᵀ · dO and dk += dSᵀ · q, over the query heads that share the key head; either may be left out. */
export function backwardKVKernel(s: KernelShape, needs: { readonly k: boolean; readonly v: boolean }): string {
  const way = wayOf(s)
  const { rows, columns } = s.tiling
  const gather = (type: string, part: string, j: number): string =>
    `${type}(${range(4)
      .map((c) => `row${j * 4 + c}.${part}`)
      .join(', ')})`
  const outputs = [...(needs.k ? ['dk'] : []), ...(needs.v ? ['dv'] : [])]
  const sees = (r: number, j: number): string =>
    [
      `(query${j} < vec4u(params.T))`,
      `(key${r} < vec4i(i32(params.S)))`,
      `(querySegment${j} == segmentOf${r})`,
      `(key${r} <= reach${j})`,
      `(position${j} - key${r} < window)`,
    ].join(' & ')
  const gradientOfK = `${way.scores('g', 'v', 'dO', s)}
    ${each(columns / 4, (j) => `let delta${j} = ${gather('vec4f', 'y', j)};`)}
    ${eachFour(s, (r, j) => `let d${r}_${j} = params.scale * p${r}_${j} * (g${r}_${j} - delta${j})${slope(s, r, j)};`)}
    ${way.accumulate('dk', 'd', 'q', s)}`
  return kernel(s, {
    name: 'backwardKV',
    owners: 'kvHeads',
    reads: ['q', 'k', ...(needs.k ? ['v'] : []), 'dO'],
    bindings: [
      { name: 'segmentsK', type: 'i32' },
      { name: 'rows', type: 'vec4f' },
    ],
    outputs,
    body: `let keyHead = b * params.S * params.kvHeads + head;
  let sharing = params.heads / params.kvHeads;
  let first = i32(rows[b * params.heads * params.T].w);
  let lastKey = i32(min(rowBase + ${tileRows(s)}u, params.S)) - 1;
  let begin = select(0u, u32(max(0, i32(rowBase) - first)), params.causal != 0u);
  let finish = select(params.T, u32(clamp(lastKey + params.window - first, 0, i32(params.T))), params.window > 0);
  let window = vec4i(select(0x7fffffff, params.window, params.window > 0));
  ${way.rowValues('segment', 'segmentsK', (row) => `b * params.S + min(${row}, params.S - 1u)`, s)}
  ${each(rows, (r) => `let key${r} = vec4i(i32(${rowAt(r, s)}));\nlet segmentOf${r} = vec4i(segment${r});`)}
  ${way.hold(['k', ...(needs.k ? ['v'] : [])], s)}
  ${outputs.map((name) => accumulators(name, s)).join('\n')}
  for (var member = 0u; member < sharing; member++) {
    let queryHead = b * params.T * params.heads + head * sharing + member;
    let queryRow = (b * params.heads + head * sharing + member) * params.T;
    ${eachTile(
      s,
      `${each(columns, (c) => `let row${c} = rows[queryRow + min(${columnAt(c, s)}, params.T - 1u)];`)}
    ${each(
      columns / 4,
      (j) => `let query${j} = vec4u(${columnAt(j * 4, s)}) + vec4u(0u, 1u, 2u, 3u);
let querySegment${j} = vec4i(${gather('vec4f', 'z', j)});
let position${j} = vec4i(${gather('vec4f', 'w', j)});
let reach${j} = select(vec4i(i32(params.S)), position${j}, params.causal != 0u);`,
    )}
    ${eachFour(s, (r, j) => `let sees${r}_${j} = ${sees(r, j)};`)}
    ${skipUnseen(s)}
    ${way.scores('s', 'k', 'q', s)}
    ${each(columns / 4, (j) => `let lse${j} = LOG2E * ${gather('vec4f', 'x', j)};`)}
    ${exponents(s)}
    ${eachFour(s, (r, j) => `let p${r}_${j} = select(vec4f(), exp2(z${r}_${j} - lse${j}), sees${r}_${j});`)}
    ${needs.v ? way.accumulate('dv', 'p', 'dO', s) : ''}
    ${needs.k ? gradientOfK : ''}`,
    )}
  }
  ${lines(outputs.map((name) => store(name, s)))}`,
  })
}
