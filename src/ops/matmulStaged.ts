// The portable matmul kernel: 8 × 8 (or 16 × 16) threads keep a tile of both operands in workgroup memory and rows × columns of y each in
// registers. Takes any shape. Unrolled here because shader compilers differ in whether they do it.
import { accumulators, declarations, everySegment, loaders, multiply, put, putAll, stretch, type Operands, type Segment } from './matmulKernel.ts'
import { lines, range } from './wgslText.ts'

/** Depth of a tile. */
export const DEPTH = 16
export const THREADS = 8

/**
 * @param rows,columns elements of y per thread; fours where an operand is read across them
 * @param side threads along either side of a workgroup's tile
 */
export function staged(v: Operands, rows: number, columns: number, side: number): string {
  const tileM = side * rows
  const tileN = side * columns
  // A tile is stored the way its operand is: rows of fours along k, or one row of fours per k. Neighbouring threads should not have
  // to read from the same banks of memory, so in the first a four is left free after the `own` rows of each thread, and in the
  // second every thread's first four comes before all second ones.
  const product = (s: Segment): string => {
    const rowsA = s.transA ? DEPTH : tileM
    const foursA = (s.transA ? tileM : DEPTH) / 4
    const rowsB = s.transB ? tileN : DEPTH
    const foursB = (s.transB ? DEPTH : tileN) / 4
    const stage = (name: string, tile: string, height: number, fours: number, trans: boolean, origin: string, own: number): string =>
      `for (var i = lane; i < ${height * fours}u; i += ${side * side}u) {
      let row = i / ${fours}u;
      let four = i % ${fours}u;
      ${
        trans
          ? `${tile}[row * ${fours}u + four % ${own / 4}u * ${side}u + four / ${own / 4}u] = ${name}Four(k0 + row, ${origin} / 4u + four);`
          : `${tile}[i + row / ${own}u] = ${name}Four(${origin} + row, k0 / 4u + four);`
      }
    }`
    const readA = s.transA
      ? range(4).flatMap((k) => range(rows / 4).map((i) => `let a${k}_${i} = aTile[(k * 4u + ${k}u) * ${foursA}u + thread.y + ${i * side}u];`))
      : range(rows).map((i) => `let a${i} = aTile[thread.y * ${rows * foursA + 1}u + ${i * foursA}u + k];`)
    const readB = s.transB
      ? range(columns).map((j) => `let b${j} = bTile[thread.x * ${columns * foursB + 1}u + ${j * foursB}u + k];`)
      : range(4).flatMap((k) => range(columns / 4).map((j) => `let b${k}_${j} = bTile[(k * 4u + ${k}u) * ${foursB}u + thread.x + ${j * side}u];`))
    const { first, end } = stretch(s)
    return `for (var k0 = 4u * ${first}; k0 < 4u * ${end}; k0 += ${DEPTH}u) {
    ${stage(s.a, 'aTile', rowsA, foursA, s.transA, `group.y * ${tileM}u`, rows)}
    ${stage(s.b, 'bTile', rowsB, foursB, !s.transB, `group.x * ${tileN}u`, columns)}
    workgroupBarrier();
    for (var k = 0u; k < params.inner; k++) {
      ${lines(readA)}
      ${lines(readB)}
      ${multiply(s, rows, columns)}
    }
    workgroupBarrier();
  }`
  }
  const store = putAll(rows, columns / 4, (i, j) => `put(group.z, row0 + ${i}, column0 + ${j * 4}u, out[${i} * ${columns / 4}u + ${j}u]);`)
  return `${declarations(v)}
${loaders(v)}
${put(v)}
var<workgroup> aTile: array<vec4f, ${(tileM * DEPTH) / 4 + side}>;
var<workgroup> bTile: array<vec4f, ${(tileN * DEPTH) / 4 + side}>;
@compute @workgroup_size(${side}, ${side})
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) thread: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row0 = group.y * ${tileM}u + thread.y * ${rows}u;
  let column0 = group.x * ${tileN}u + thread.x * ${columns}u;
  ${accumulators(rows, columns / 4)}
  ${everySegment(v, product)}
  ${store}
}`
}
