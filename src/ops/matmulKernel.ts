// What all matmul kernels share: what tells one from another, their bindings, how four neighbours are loaded and how results
// are stored. Whether there is a bias or an addend is asked at run time, once an output, so that it makes no other kernel.
import { isBlockType, type BlockType } from '../graph/blocks.ts'
import { blockReads } from './blockReads.ts'
import { pairReader } from './packedReads.ts'
import { component, lines, range } from './wgslText.ts'

/** How a product's operands are stored. */
interface Stored {
  /** a is stored [K, M] instead of [M, K]. */
  readonly transA: boolean
  /** b is stored [N, K] instead of [K, N]. */
  readonly transB: boolean
  readonly typeB: 'f32' | 'f16' | 'bf16' | BlockType
  /** Whether whole vectors of four can be loaded without a guard: the contiguous size and K are multiples of four. */
  readonly fourA: boolean
  readonly fourB: boolean
}

export interface Operands extends Stored {
  /** The same for y, c and partial sums. */
  readonly fourY: boolean
  /** Partial sums of a stretch of K go to `partials`; otherwise finished values go to `y`. */
  readonly split: boolean
  /** y is added to what `total` holds. */
  readonly into: boolean
  /** A second product a2·b2 of the same y, of low rank, added up in the same registers. */
  readonly low?: Stored
}

/** One of the products that a kernel adds up, by the names of its operands in WGSL. */
export interface Segment extends Stored {
  readonly a: 'a' | 'a2'
  readonly b: 'b' | 'b2'
  readonly depth: 'params.K' | 'params.K2'
}

/** The code of every product, one after the other. */
export const everySegment = (v: Operands, code: (s: Segment) => string): string =>
  lines([
    code({ ...v, a: 'a', b: 'b', depth: 'params.K' }),
    // Once, where K is split: the last layer of workgroups has the low-rank part.
    ...(v.low ? [`if ((group.z + 1u) * params.chunk * 4u >= params.K) {\n${code({ ...v.low, a: 'a2', b: 'b2', depth: 'params.K2' })}\n}`] : []),
  ])

/** First and last four of K, of this layer of workgroups. */
export const stretch = (s: Segment): { first: string; end: string } =>
  s.a === 'a' ? { first: 'group.z * params.chunk', end: `min((params.K + 3u) / 4u, (group.z + 1u) * params.chunk)` } : { first: '0u', end: `(params.K2 + 3u) / 4u` }

const target = (v: Operands): string => (v.split ? 'partials' : v.into ? 'total' : 'y')

export function declarations(v: Operands): string {
  const typeY = v.fourY ? 'vec4f' : 'f32'
  const typeB = v.typeB === 'f32' ? (v.fourB ? 'vec4f' : 'f32') : v.fourB && !isBlockType(v.typeB) ? 'vec2u' : 'u32'
  const low = v.low
  return lines([
    // `chunk`: fours of K that one layer of workgroups (z) adds up. `strip`: rows of y per thread, told at run time so that
    // no compiler unrolls the loop that stores them; `inner`: fours of a staged tile's depth, for the same reason.
    // `ratio`: what a2·b2 counts beside a·b.
    `struct Params { M: u32, N: u32, K: u32, alpha: f32, bias: u32, addend: u32, chunk: u32, strip: u32, inner: u32${low ? ', K2: u32, ratio: f32' : ''} }`,
    '@group(0) @binding(0) var<uniform> params: Params;',
    `@group(0) @binding(1) var<storage, read> a: array<${v.fourA ? 'vec4f' : 'f32'}>;`,
    `@group(0) @binding(2) var<storage, read> b: array<${typeB}>;`,
    '@group(0) @binding(3) var<storage, read> bias: array<f32>;',
    `@group(0) @binding(4) var<storage, read> c: array<${typeY}>;`,
    `@group(0) @binding(5) var<storage, read_write> ${target(v)}: array<${typeY}>;`,
    ...(low
      ? [
          `@group(0) @binding(6) var<storage, read> a2: array<${low.fourA ? 'vec4f' : 'f32'}>;`,
          `@group(0) @binding(7) var<storage, read> b2: array<${low.fourB ? 'vec4f' : 'f32'}>;`,
        ]
      : []),
  ])
}

/** `aFour(row, four)` and `bFour(row, four)`: four neighbours of a stored row, zeros outside; the same for a2 and b2. */
export function loaders(v: Operands): string {
  // Selected, not branched around: an index out of range is clamped, and branches compile slowly.
  const guarded = (name: string, rows: string, width: string, four: boolean, element: (i: string) => string, vector: (i: string) => string): string =>
    four
      ? `fn ${name}Four(row: u32, four: u32) -> vec4f {
  let width = ${width} / 4u;
  return select(vec4f(), ${vector('(row * width + four)')}, row < ${rows} && four < width);
}`
      : `fn ${name}Four(row: u32, four: u32) -> vec4f {
  let first = row * ${width} + four * 4u;
  let found = vec4f(${range(4).map((i) => element(`(first + ${i}u)`)).join(', ')});
  return select(vec4f(), found, vec4<bool>(row < ${rows}) & (vec4u(four * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(${width})));
}`
  const pair = (s: Stored, a: string, b: string, depth: string): string[] => {
    const [rowsA, widthA] = s.transA ? [depth, 'params.M'] : ['params.M', depth]
    const [rowsB, widthB] = s.transB ? ['params.N', depth] : [depth, 'params.N']
    return [
      guarded(a, rowsA, widthA, s.fourA, (i) => `${a}One(${i})`, (i) => `${a}Vector(${i})`),
      guarded(b, rowsB, widthB, s.fourB, (i) => `${b}One(${i})`, (i) => `${b}Vector(${i})`),
    ]
  }
  return lines([widening(v), ...pair(v, 'a', 'b', 'params.K'), ...(v.low ? pair(v.low, 'a2', 'b2', 'params.K2') : [])])
}

/** How what is stored becomes f32: `xVector(i)` four numbers, or `xOne(i)` one where fours cannot be loaded. */
export function widening(v: Operands): string {
  const plain = (name: string, four: boolean, times = ''): string =>
    four ? `fn ${name}Vector(i: u32) -> vec4f { return ${name}[i]${times}; }` : `fn ${name}One(i: u32) -> f32 { return ${name}[i]${times}; }`
  return lines([plain('a', v.fourA), wideningB(v), ...(v.low ? [plain('a2', v.low.fourA, ' * params.ratio'), plain('b2', v.low.fourB)] : [])])
}

/** Two 16-bit halves to a word. */
function wideningB(v: Operands): string {
  if (isBlockType(v.typeB)) return blockReads(v.typeB, 'b', 'params.N * params.K')
  if (v.typeB === 'f32') return v.fourB ? 'fn bVector(i: u32) -> vec4f { return b[i]; }' : 'fn bOne(i: u32) -> f32 { return b[i]; }'
  const pair = pairReader(v.typeB, 'pair')
  return v.fourB
    ? `${pair}\nfn bVector(i: u32) -> vec4f { let words = b[i]; return vec4f(pair(words.x), pair(words.y)); }`
    : `${pair}\nfn bOne(i: u32) -> f32 { return pair(b[i >> 1u])[i & 1u]; }`
}

/** `put(layer, row, column, value)`: four columns of y = alpha·value + bias + c, or of a layer of partial sums. */
export function put(v: Operands): string {
  const to = target(v)
  const finished = (at: string, bias: string): string =>
    v.split
      ? 'value'
      : `params.alpha * value;
  if (params.bias != 0u) { found += ${bias}; }
  if (params.addend != 0u) { found += c[${at}]; }${v.into ? `\n  found += ${to}[${at}];` : ''}`
  return v.fourY
    ? `fn put(layer: u32, row: u32, column: u32, value: vec4f) {
  if (row >= params.M || column >= params.N) { return; }
  let at = ((layer * params.M + row) * params.N + column) / 4u;
  var found = ${finished('at', 'vec4f(bias[column], bias[column + 1u], bias[column + 2u], bias[column + 3u])')};
  ${to}[at] = found;
}`
    : `fn putOne(layer: u32, row: u32, column: u32, value: f32) {
  if (row >= params.M || column >= params.N) { return; }
  let at = (layer * params.M + row) * params.N + column;
  var found = ${finished('at', 'bias[column]')};
  ${to}[at] = found;
}
fn put(layer: u32, row: u32, column: u32, value: vec4f) {
  for (var i = 0u; i < 4u; i++) { putOne(layer, row, column + i, value[i]); }
}`
}

/**
 * Puts rows × fours accumulators with a loop that no compiler unrolls: stores by lane are what software adapters compile most
 * slowly, next to many live registers. Its bound comes from `strip`, and its array is longer than loops that are unrolled.
 */
export function putAll(rows: number, fours: number, each: (i: string, j: number) => string): string {
  const copies = range(rows).flatMap((i) => range(fours).map((j) => `out[${i * fours + j}] = acc${i}_${j};`))
  return `var out: array<vec4f, ${Math.max(rows * fours, 33)}>;
  ${lines(copies)}
  for (var i = 0u; i < params.strip; i++) {
    ${lines(range(fours).map((j) => each('i', j)))}
  }`
}

/** acc += four steps of k, from registers: a0… (k inside) or a0_0… (k first), and the same for b. */
export function multiply(v: Segment, rows: number, columns: number): string {
  const body: string[] = []
  const scalarA = (i: number, k: number): string => (v.transA ? `a${k}_${i >> 2}.${component[i & 3]}` : `a${i}.${component[k]}`)
  for (const i of range(rows)) {
    for (const j of range(columns / 4)) {
      for (const k of range(4)) {
        const right = v.transB ? `vec4f(${range(4).map((c) => `b${j * 4 + c}.${component[k]}`).join(', ')})` : `b${k}_${j}`
        body.push(`acc${i}_${j} = fma(vec4f(${scalarA(i, k)}), ${right}, acc${i}_${j});`)
      }
    }
  }
  return lines(body)
}

export const accumulators = (rows: number, fours: number): string => lines(range(rows).flatMap((i) => range(fours).map((j) => `var acc${i}_${j} = vec4f();`)))
