// What all matmul kernels share: what tells one from another, their bindings, how four neighbours are loaded and how results
// are stored. Whether there is a bias or an addend is asked at run time, once an output, so that it makes no other kernel.

export interface Operands {
  /** a is stored [K, M] instead of [M, K]. */
  readonly transA: boolean
  /** b is stored [N, K] instead of [K, N]. */
  readonly transB: boolean
  readonly typeB: 'f32' | 'f16' | 'bf16'
  /** Whether whole vectors of four can be loaded without a guard: the contiguous size and K are multiples of four. */
  readonly fourA: boolean
  readonly fourB: boolean
  /** The same for y, c and partial sums. */
  readonly fourY: boolean
  /** Partial sums of a stretch of K go to `partials`; otherwise finished values go to `y`. */
  readonly split: boolean
}

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
export const lines = (list: readonly string[]): string => list.join('\n')
export const lane = ['x', 'y', 'z', 'w'] as const

export function declarations(v: Operands): string {
  const typeY = v.fourY ? 'vec4f' : 'f32'
  const typeB = v.typeB === 'f32' ? (v.fourB ? 'vec4f' : 'f32') : v.fourB ? 'vec2u' : 'u32'
  return lines([
    // `chunk`: fours of K that one layer of workgroups (z) adds up. `strip`: rows of y per thread, told at run time so that
    // no compiler unrolls the loop that stores them; `inner`: fours of a staged tile's depth, for the same reason.
    'struct Params { M: u32, N: u32, K: u32, alpha: f32, bias: u32, addend: u32, chunk: u32, strip: u32, inner: u32 }',
    '@group(0) @binding(0) var<uniform> params: Params;',
    `@group(0) @binding(1) var<storage, read> a: array<${v.fourA ? 'vec4f' : 'f32'}>;`,
    `@group(0) @binding(2) var<storage, read> b: array<${typeB}>;`,
    '@group(0) @binding(3) var<storage, read> bias: array<f32>;',
    `@group(0) @binding(4) var<storage, read> c: array<${typeY}>;`,
    `@group(0) @binding(5) var<storage, read_write> ${v.split ? 'partials' : 'y'}: array<${typeY}>;`,
  ])
}

/** `aFour(row, four)` and `bFour(row, four)`: four neighbours of a stored row, zeros outside. */
export function loaders(v: Operands): string {
  const [rowsA, widthA] = v.transA ? ['params.K', 'params.M'] : ['params.M', 'params.K']
  const [rowsB, widthB] = v.transB ? ['params.N', 'params.K'] : ['params.K', 'params.N']
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
  return lines([
    guarded('a', rowsA, widthA, v.fourA, (i) => `a[${i}]`, (i) => `a[${i}]`),
    widening(v),
    guarded('b', rowsB, widthB, v.fourB, (i) => `bOne(${i})`, (i) => `bVector(${i})`),
  ])
}

/** How stored b becomes f32: two 16-bit halves to a word. */
export function widening(v: Operands): string {
  if (v.typeB === 'f32') return v.fourB ? 'fn bVector(i: u32) -> vec4f { return b[i]; }' : 'fn bOne(i: u32) -> f32 { return b[i]; }'
  const pair =
    v.typeB === 'f16'
      ? 'fn pair(word: u32) -> vec2f { return unpack2x16float(word); }'
      : 'fn pair(word: u32) -> vec2f { return vec2f(bitcast<f32>(word << 16u), bitcast<f32>(word & 0xffff0000u)); }'
  return v.fourB
    ? `${pair}\nfn bVector(i: u32) -> vec4f { let words = b[i]; return vec4f(pair(words.x), pair(words.y)); }`
    : `${pair}\nfn bOne(i: u32) -> f32 { return pair(b[i >> 1u])[i & 1u]; }`
}

/** `put(layer, row, column, value)`: four columns of y = alpha·value + bias + c, or of a layer of partial sums. */
export function put(v: Operands): string {
  const target = v.split ? 'partials' : 'y'
  const finished = (at: string, bias: string): string =>
    v.split
      ? 'value'
      : `params.alpha * value;
  if (params.bias != 0u) { found += ${bias}; }
  if (params.addend != 0u) { found += c[${at}]; }`
  return v.fourY
    ? `fn put(layer: u32, row: u32, column: u32, value: vec4f) {
  if (row >= params.M || column >= params.N) { return; }
  let at = ((layer * params.M + row) * params.N + column) / 4u;
  var found = ${finished('at', 'vec4f(bias[column], bias[column + 1u], bias[column + 2u], bias[column + 3u])')};
  ${target}[at] = found;
}`
    : `fn putOne(layer: u32, row: u32, column: u32, value: f32) {
  if (row >= params.M || column >= params.N) { return; }
  let at = (layer * params.M + row) * params.N + column;
  var found = ${finished('at', 'bias[column]')};
  ${target}[at] = found;
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
export function multiply(v: Operands, rows: number, columns: number): string {
  const body: string[] = []
  const scalarA = (i: number, k: number): string => (v.transA ? `a${k}_${i >> 2}.${lane[i & 3]}` : `a${i}.${lane[k]}`)
  for (const i of range(rows)) {
    for (const j of range(columns / 4)) {
      for (const k of range(4)) {
        const right = v.transB ? `vec4f(${range(4).map((c) => `b${j * 4 + c}.${lane[k]}`).join(', ')})` : `b${k}_${j}`
        body.push(`acc${i}_${j} = fma(vec4f(${scalarA(i, k)}), ${right}, acc${i}_${j});`)
      }
    }
  }
  return lines(body)
}

export const accumulators = (rows: number, fours: number): string => lines(range(rows).flatMap((i) => range(fours).map((j) => `var acc${i}_${j} = vec4f();`)))
