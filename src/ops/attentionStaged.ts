// Attention tiles in workgroup memory: 8 × 8 threads stage a stretch of rows and columns, then each multiplies its own few.
// The weights of a tile (P, dS) pass through the same memory on their way to the second product. At most 16 KiB.
import {
  across,
  eachFour,
  foursOf,
  layoutOf,
  ownFours,
  rowAt,
  sumOf,
  tileRows,
  type KernelShape,
  type StagedTiling,
  type Way,
} from './attentionTiles.ts'
import { component, each, lines, range } from './wgslText.ts'

interface Staged extends KernelShape {
  readonly tiling: StagedTiling
}

export const THREADS = 64
const depthOf = (s: Staged): number => Math.min(s.tiling.depth, foursOf(s))
const togetherOf = (s: Staged): number => Math.min(s.tiling.fours, ownFours(s))
// One spare four a row keeps threads of different rows in different banks.
const strideOf = (s: Staged): number => depthOf(s) + 1
const WEIGHTS = 8 + 1

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
  const value = `${name}Four(${layoutOf(name).head}, ${row(`(n / ${width}u)`)}, ${four} + n % ${width}u)`
  return `for (var n = lane; n < ${count * width}u; n += ${THREADS}u) { ${target}[n / ${width}u * ${step}u + n % ${width}u] = ${value}; }`
}

export const staged: Way<Staged> = {
  enables: '',
  memory: (s) => {
    const { rows, columns } = s.tiling
    return lines([
      `var<workgroup> left: array<vec4f, ${rows * 8 * Math.max(strideOf(s), WEIGHTS)}>;`,
      `var<workgroup> right: array<vec4f, ${Math.max(columns * 8 * strideOf(s), 32 * 8 * togetherOf(s))}>;`,
      'var<workgroup> votes: atomic<u32>;',
      'var<workgroup> counted: u32;',
    ])
  },
  forwardMemory: (s) =>
    lines([
      `var<workgroup> parts: array<f32, ${tileRows(s) * 9}>;`,
      `var<workgroup> largest: array<f32, ${tileRows(s)}>;`,
      `var<workgroup> shares: array<f32, ${tileRows(s)}>;`,
    ]),
  builtins: '@builtin(local_invocation_index) lane: u32',
  names: 'let x = lane % 8u;\n  let y = lane / 8u;',
  hold: () => '',
  rowValues: (name, array, at, s) => each(s.tiling.rows, (r) => `let ${name}${r} = ${array}[${at(rowAt(r, s))}];`),
  scores: (into, own, other, s) => {
    const { rows, columns } = s.tiling
    const depth = depthOf(s)
    const step = strideOf(s)
    // Column 4x + c of a block of 32 is staged at slot 8c + x, so that neighbours read neighbours.
    const column = (slot: string): string => `columnBase + (${slot} & ~31u) + (${slot} & 7u) * 4u + ((${slot} >> 3u) & 3u)`
    const products = (r: number, j: number): string =>
      range(4)
        .map((c) => `dot(a${r}, b${j * 4 + c})`)
        .join(', ')
    return `${eachFour(s, (r, j) => `var ${into}${r}_${j} = vec4f();`)}
for (var four = 0u; four < ${foursOf(s)}u; four += ${depth}u) {
  ${stage('left', own, rows * 8, depth, step, (slot) => `rowBase + ${slot}`, 'four')}
  ${stage('right', other, columns * 8, depth, step, column, 'four')}
  workgroupBarrier();
  for (var i = 0u; i < ${depth}u; i++) {
    ${each(rows, (r) => `let a${r} = left[(y + ${r * 8}u) * ${step}u + i];`)}
    ${each(columns, (c) => `let b${c} = right[(${(c >> 2) * 32 + (c & 3) * 8}u + x) * ${step}u + i];`)}
    ${eachFour(s, (r, j) => `${into}${r}_${j} += vec4f(${products(r, j)});`)}
  }
  workgroupBarrier();
}`
  },
  accumulate: (acc, weights, other, s) => {
    const { rows, columns } = s.tiling
    const together = togetherOf(s)
    const product = (j: number, g: number): string => {
      const count = Math.min(together, ownFours(s) - g * together)
      const width = Math.min(8 * count, foursOf(s) - g * together * 8)
      const step = (n: number, r: number, f: number): string => {
        const at = sumOf(acc, r, g * together + f, s)
        return `${at} = fma(vec4f(a${r}.${component[n]}), b${n}_${f}, ${at});`
      }
      return `${stage('right', other, 32, width, width, (slot) => `columnBase + ${j * 32}u + ${slot}`, `${g * together * 8}u`)}
workgroupBarrier();
for (var i = 0u; i < 8u; i++) {
  ${each(rows, (r) => `let a${r} = left[(y + ${r * 8}u) * ${WEIGHTS}u + i];`)}
  ${each(4, (n) => each(count, (f) => `let b${n}_${f} = right[(i * 4u + ${n}u) * ${width}u + x + ${f * across(s)}u];`))}
  ${each(4, (n) => each(rows, (r) => each(count, (f) => step(n, r, f))))}
}
workgroupBarrier();`
    }
    const groups = range(Math.ceil(ownFours(s) / together))
    return each(columns / 4, (j) =>
      lines([
        each(rows, (r) => `left[(y + ${r * 8}u) * ${WEIGHTS}u + x] = ${weights}${r}_${j};`),
        ...groups.map((g) => product(j, g)),
      ]),
    )
  },
  // The answer must be the same for the whole workgroup, in the compiler's eyes too.
  skipUnless: (seen) => `if (${seen}) { atomicOr(&votes, 1u); }
workgroupBarrier();
if (lane == 0u) { counted = atomicExchange(&votes, 0u); }
if (workgroupUniformLoad(&counted) == 0u) { continue; }`,
  startMost: (s) => `if (lane < ${tileRows(s)}u) { largest[lane] = LOWEST; }`,
  // Thread `lane` keeps the largest of row `lane`, of which every other thread has a copy in m.
  rowMost: (s) => `${each(s.tiling.rows, (r) => `parts[(y + ${r * 8}u) * 9u + x] = t${r};`)}
workgroupBarrier();
if (lane < ${tileRows(s)}u) {
  var most = largest[lane];
  for (var i = lane * 9u; i < lane * 9u + 8u; i++) { most = max(most, parts[i]); }
  largest[lane] = most;
}
workgroupBarrier();
${each(s.tiling.rows, (r) => `let n${r} = largest[y + ${r * 8}u];`)}`,
  rowShares: (s) => `${each(s.tiling.rows, (r) => `parts[(y + ${r * 8}u) * 9u + x] = l${r};`)}
workgroupBarrier();
if (lane < ${tileRows(s)}u) {
  var sum = 0.0;
  for (var i = lane * 9u; i < lane * 9u + 8u; i++) { sum += parts[i]; }
  shares[lane] = select(0.0, 1.0 / sum, sum > 0.0);
  if (rowBase + lane < params.T) {
    lse[owner * params.T + rowBase + lane] = select(0.0, largest[lane] / LOG2E + log(sum), sum > 0.0);
  }
}
workgroupBarrier();
${each(s.tiling.rows, (r) => `let share${r} = shares[y + ${r * 8}u];`)}`,
}
