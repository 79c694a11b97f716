// Writes the WGSL of one matmul variant. Everything is unrolled here because shader compilers differ in whether they do it.
// Two strategies: `staged` keeps a tile of both operands in workgroup memory and takes any shape; `direct` feeds registers
// straight from the cache and needs contiguous fours. Accumulation is always f32. Writes y with =.

export interface Variant {
  readonly strategy: 'staged' | 'direct'
  /** Rows and columns of y per thread; columns in fours. A workgroup is 8 × 8 threads. */
  readonly rows: number
  readonly columns: number
  /** a is stored [K, M] instead of [M, K]. */
  readonly transA: boolean
  /** b is stored [N, K] instead of [K, N]. */
  readonly transB: boolean
  readonly typeB: 'f32' | 'f16' | 'bf16'
  /** Whether the contiguous dimension comes in fours, so that whole vectors can be loaded. */
  readonly fourA: boolean
  readonly fourB: boolean
  readonly fourY: boolean
  readonly bias: boolean
  readonly addend: boolean
}

/** Depth of a staged tile. */
const DEPTH = 16
const THREADS = 8

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const lines = (list: readonly string[]): string => list.join('\n')
const lane = ['x', 'y', 'z', 'w']

export function matmulKernel(v: Variant): string {
  return [declarations(v), loaders(v), v.strategy === 'staged' ? staged(v) : direct(v)].join('\n')
}

function declarations(v: Variant): string {
  const typeB = v.typeB === 'f32' ? (v.fourB ? 'vec4f' : 'f32') : v.fourB ? 'vec2u' : 'u32'
  const typeY = v.fourY ? 'vec4f' : 'f32'
  return lines([
    'struct Params { M: u32, N: u32, K: u32, alpha: f32 }',
    '@group(0) @binding(0) var<uniform> params: Params;',
    `@group(0) @binding(1) var<storage, read> a: array<${v.fourA ? 'vec4f' : 'f32'}>;`,
    `@group(0) @binding(2) var<storage, read> b: array<${typeB}>;`,
    v.bias ? '@group(0) @binding(3) var<storage, read> bias: array<f32>;' : '',
    v.addend ? `@group(0) @binding(4) var<storage, read> c: array<${typeY}>;` : '',
    `@group(0) @binding(5) var<storage, read_write> y: array<${typeY}>;`,
  ])
}

/** `aFour(row, four)` and `bFour(row, four)`: four neighbours of a stored row, zeros outside. */
function loaders(v: Variant): string {
  const [rowsA, widthA] = v.transA ? ['params.K', 'params.M'] : ['params.M', 'params.K']
  const [rowsB, widthB] = v.transB ? ['params.N', 'params.K'] : ['params.K', 'params.N']
  const guarded = (name: string, rows: string, width: string, four: boolean, element: (i: string) => string, vector: (i: string) => string): string =>
    four
      ? `fn ${name}Four(row: u32, four: u32) -> vec4f {
  let width = ${width} / 4u;
  if (row >= ${rows} || four >= width) { return vec4f(); }
  return ${vector('(row * width + four)')};
}`
      : `fn ${name}Four(row: u32, four: u32) -> vec4f {
  var found = vec4f();
  if (row >= ${rows}) { return found; }
  for (var i = 0u; i < 4u; i++) {
    let at = four * 4u + i;
    if (at < ${width}) { found[i] = ${element(`(row * ${width} + at)`)}; }
  }
  return found;
}`
  return lines([
    guarded('a', rowsA, widthA, v.fourA, (i) => `a[${i}]`, (i) => `a[${i}]`),
    widening(v),
    guarded('b', rowsB, widthB, v.fourB, (i) => `bOne(${i})`, (i) => `bVector(${i})`),
  ])
}

/** How stored b becomes f32: two 16-bit halves to a word. */
function widening(v: Variant): string {
  if (v.typeB === 'f32') return v.fourB ? 'fn bVector(i: u32) -> vec4f { return b[i]; }' : 'fn bOne(i: u32) -> f32 { return b[i]; }'
  const pair =
    v.typeB === 'f16'
      ? 'fn pair(word: u32) -> vec2f { return unpack2x16float(word); }'
      : 'fn pair(word: u32) -> vec2f { return vec2f(bitcast<f32>(word << 16u), bitcast<f32>(word & 0xffff0000u)); }'
  return v.fourB
    ? `${pair}\nfn bVector(i: u32) -> vec4f { let words = b[i]; return vec4f(pair(words.x), pair(words.y)); }`
    : `${pair}\nfn bOne(i: u32) -> f32 { return pair(b[i >> 1u])[i & 1u]; }`
}

/** acc += four steps of k, from registers: a0… (k inside) or a0_0… (k first), and the same for b. */
function multiply(v: Variant): string {
  const body: string[] = []
  const scalarA = (i: number, k: number): string => (v.transA ? `a${k}_${i >> 2}.${lane[i & 3]}` : `a${i}.${lane[k]}`)
  for (const i of range(v.rows)) {
    for (const j of range(v.columns / 4)) {
      const acc = `acc${i}_${j}`
      if (!v.transA && v.transB) {
        const dots = range(4).map((c) => `dot(a${i}, b${j * 4 + c})`)
        body.push(`${acc} += vec4f(${dots.join(', ')});`)
        continue
      }
      for (const k of range(4)) {
        const right = v.transB ? `vec4f(${range(4).map((c) => `b${j * 4 + c}.${lane[k]}`).join(', ')})` : `b${k}_${j}`
        body.push(`${acc} = fma(vec4f(${scalarA(i, k)}), ${right}, ${acc});`)
      }
    }
  }
  return lines(body)
}

const accumulators = (v: Variant): string => lines(range(v.rows).flatMap((i) => range(v.columns / 4).map((j) => `var acc${i}_${j} = vec4f();`)))

/** y = alpha·acc + bias + c, guarded at the edges. `row0` and `column0` are this thread's first ones. */
function store(v: Variant): string {
  const out: string[] = []
  for (const i of range(v.rows)) {
    for (const j of range(v.columns / 4)) {
      out.push(`put(row0 + ${i}u, column0 + ${j * 4}u, acc${i}_${j});`)
    }
  }
  return lines(out)
}

function put(v: Variant): string {
  const terms = (at: string, column: string): string =>
    [v.bias ? ` + ${v.fourY ? `vec4f(bias[${column}], bias[${column} + 1u], bias[${column} + 2u], bias[${column} + 3u])` : `bias[${column}]`}` : '', v.addend ? ` + c[${at}]` : ''].join('')
  return v.fourY
    ? `fn put(row: u32, column: u32, value: vec4f) {
  if (row >= params.M || column >= params.N) { return; }
  let at = (row * params.N + column) / 4u;
  y[at] = params.alpha * value${terms('at', 'column')};
}`
    : `fn put(row: u32, column: u32, value: vec4f) {
  if (row >= params.M) { return; }
  for (var i = 0u; i < 4u; i++) {
    if (column + i < params.N) {
      let at = row * params.N + column + i;
      y[at] = params.alpha * value[i]${terms('at', '(column + i)')};
    }
  }
}`
}

function staged(v: Variant): string {
  const tileM = THREADS * v.rows
  const tileN = THREADS * v.columns
  // A tile is stored the way its operand is: rows of fours along k, or one row of fours per k.
  const rowsA = v.transA ? DEPTH : tileM
  const foursA = (v.transA ? tileM : DEPTH) / 4
  const rowsB = v.transB ? tileN : DEPTH
  const foursB = (v.transB ? DEPTH : tileN) / 4
  const stage = (name: string, rows: number, fours: number, trans: boolean, origin: string): string =>
    `for (var i = lane; i < ${rows * fours}u; i += ${THREADS * THREADS}u) {
      ${name}Tile[i] = ${name}Four(${trans ? `k0 + i / ${fours}u` : `${origin} + i / ${fours}u`}, ${trans ? `${origin} / 4u + i % ${fours}u` : `k0 / 4u + i % ${fours}u`});
    }`
  const readA = v.transA
    ? range(4).flatMap((k) => range(v.rows / 4).map((i) => `let a${k}_${i} = aTile[(k * 4u + ${k}u) * ${foursA}u + thread.y * ${v.rows / 4}u + ${i}u];`))
    : range(v.rows).map((i) => `let a${i} = aTile[(thread.y * ${v.rows}u + ${i}u) * ${foursA}u + k];`)
  const readB = v.transB
    ? range(v.columns).map((j) => `let b${j} = bTile[(thread.x * ${v.columns}u + ${j}u) * ${foursB}u + k];`)
    : range(4).flatMap((k) => range(v.columns / 4).map((j) => `let b${k}_${j} = bTile[(k * 4u + ${k}u) * ${foursB}u + thread.x * ${v.columns / 4}u + ${j}u];`))
  return `var<workgroup> aTile: array<vec4f, ${rowsA * foursA}>;
var<workgroup> bTile: array<vec4f, ${rowsB * foursB}>;
${put(v)}
@compute @workgroup_size(${THREADS}, ${THREADS})
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) thread: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row0 = group.y * ${tileM}u + thread.y * ${v.rows}u;
  let column0 = group.x * ${tileN}u + thread.x * ${v.columns}u;
  ${accumulators(v)}
  for (var k0 = 0u; k0 < params.K; k0 += ${DEPTH}u) {
    ${stage('a', rowsA, foursA, v.transA, `group.y * ${tileM}u`)}
    ${stage('b', rowsB, foursB, !v.transB, `group.x * ${tileN}u`)}
    workgroupBarrier();
    for (var k = 0u; k < ${DEPTH / 4}u; k++) {
      ${lines(readA)}
      ${lines(readB)}
      ${multiply(v)}
    }
    workgroupBarrier();
  }
  ${store(v)}
}`
}

function direct(v: Variant): string {
  // Rows and columns past the edge read the last valid one instead; `put` drops what they computed.
  const last = (name: string, limit: string): string => `min(${name}, ${limit} - 1u)`
  const originsA = v.transA
    ? range(v.rows / 4).map((i) => `let aAt${i} = ${last(`row0 / 4u + ${i}u`, '(params.M / 4u)')};`)
    : range(v.rows).map((i) => `let aAt${i} = ${last(`row0 + ${i}u`, 'params.M')} * (params.K / 4u);`)
  const originsB = v.transB
    ? range(v.columns).map((j) => `let bAt${j} = ${last(`column0 + ${j}u`, 'params.N')} * (params.K / 4u);`)
    : range(v.columns / 4).map((j) => `let bAt${j} = ${last(`column0 / 4u + ${j}u`, '(params.N / 4u)')};`)
  const readA = v.transA
    ? range(4).flatMap((k) => range(v.rows / 4).map((i) => `let a${k}_${i} = a[(k * 4u + ${k}u) * (params.M / 4u) + aAt${i}];`))
    : range(v.rows).map((i) => `let a${i} = a[aAt${i} + k];`)
  const readB = v.transB
    ? range(v.columns).map((j) => `let b${j} = bVector(bAt${j} + k);`)
    : range(4).flatMap((k) => range(v.columns / 4).map((j) => `let b${k}_${j} = bVector((k * 4u + ${k}u) * (params.N / 4u) + bAt${j});`))
  return `${put(v)}
@compute @workgroup_size(${THREADS}, ${THREADS})
fn forward(@builtin(global_invocation_id) thread: vec3u) {
  let row0 = thread.y * ${v.rows}u;
  let column0 = thread.x * ${v.columns}u;
  if (row0 >= params.M || column0 >= params.N) { return; }
  ${lines(originsA)}
  ${lines(originsB)}
  ${accumulators(v)}
  for (var k = 0u; k < params.K / 4u; k++) {
    ${lines(readA)}
    ${lines(readB)}
    ${multiply(v)}
  }
  ${store(v)}
}`
}
