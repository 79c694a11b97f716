// Writes the WGSL of the three tiled attention kernels (FlashAttention-2, https://arxiv.org/abs/2307.08691): forward,
// the gradient of q, and the gradient of k and v. Rows are queries (keys in the last kernel), columns the other side; a score
// exists only in the registers of one thread. No atomic touches a float: the same bytes each run. Outputs are written with =.
import {
  accumulate,
  accumulators,
  declarations,
  each,
  eachFour,
  type KernelShape,
  lines,
  loader,
  ownFours,
  putter,
  range,
  rowPlaces,
  scores,
  skipUnseen,
  THREADS,
  write,
} from './attentionTiles.ts'

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
    eachFour(
      s.tiling,
      (r, j) => `let sees${r}_${j} = (key${j} >= low${r}) & (key${j} < high${r}) & (keySegment${j} == segment${r});`,
    ),
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
  const gather = (name: string, part: string, j: number): string =>
    `${name}(${range(4)
      .map((c) => `row${j * 4 + c}.${part}`)
      .join(', ')})`
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
