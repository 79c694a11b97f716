// A matmul kernel without workgroup memory: registers are fed straight from the cache. Needs contiguous fours.
import { accumulators, declarations, lines, multiply, put, putAll, range, widening, type Operands } from './matmulKernel.ts'
import { THREADS } from './matmulStaged.ts'

/** @param rows,columns elements of y per thread; fours where an operand is read across them */
export function direct(v: Operands, rows: number, columns: number): string {
  // Rows and columns past the edge read the last valid one instead; `put` drops what they computed.
  const last = (name: string, limit: string): string => `min(${name}, ${limit} - 1u)`
  const originsA = v.transA
    ? range(rows / 4).map((i) => `let aAt${i} = ${last(`row0 / 4u + ${i}u`, '(params.M / 4u)')};`)
    : range(rows).map((i) => `let aAt${i} = ${last(`row0 + ${i}u`, 'params.M')} * (params.K / 4u);`)
  const originsB = v.transB
    ? range(columns).map((j) => `let bAt${j} = ${last(`column0 + ${j}u`, 'params.N')} * (params.K / 4u);`)
    : range(columns / 4).map((j) => `let bAt${j} = ${last(`column0 / 4u + ${j}u`, '(params.N / 4u)')};`)
  const readA = v.transA
    ? range(4).flatMap((k) => range(rows / 4).map((i) => `let a${k}_${i} = a[(k * 4u + ${k}u) * (params.M / 4u) + aAt${i}];`))
    : range(rows).map((i) => `let a${i} = a[aAt${i} + k];`)
  const readB = v.transB
    ? range(columns).map((j) => `let b${j} = bVector(bAt${j} + k);`)
    : range(4).flatMap((k) => range(columns / 4).map((j) => `let b${k}_${j} = bVector((k * 4u + ${k}u) * (params.N / 4u) + bAt${j});`))
  const store = putAll(rows, columns / 4, (i, j) => `put(thread.z, row0 + ${i}, column0 + ${j * 4}u, out[${i} * ${columns / 4}u + ${j}u]);`)
  return `${declarations(v)}
${widening(v)}
${put(v)}
@compute @workgroup_size(${THREADS}, ${THREADS})
fn forward(@builtin(global_invocation_id) thread: vec3u) {
  let row0 = thread.y * ${rows}u;
  let column0 = thread.x * ${columns}u;
  if (row0 >= params.M || column0 >= params.N) { return; }
  ${lines(originsA)}
  ${lines(originsB)}
  ${accumulators(rows, columns / 4)}
  let end = min(params.K / 4u, (thread.z + 1u) * params.chunk);
  for (var k = thread.z * params.chunk; k < end; k++) {
    ${lines(readA)}
    ${lines(readB)}
    ${multiply(v, rows, columns)}
  }
  ${store}
}`
}
