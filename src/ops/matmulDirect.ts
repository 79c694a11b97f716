// A matmul kernel without workgroup memory: registers are fed straight from the cache. Needs contiguous fours.
import { accumulators, declarations, everySegment, multiply, put, putAll, stretch, widening, type Operands, type Segment } from './matmulKernel.ts'
import { THREADS } from './matmulStaged.ts'
import { lines, range } from './wgslText.ts'

/** @param rows,columns elements of y per thread; fours where an operand is read across them */
export function direct(v: Operands, rows: number, columns: number): string {
  // Rows and columns past the edge read the last valid one instead; `put` drops what they computed.
  const last = (name: string, limit: string): string => `min(${name}, ${limit} - 1u)`
  const product = (s: Segment): string => {
    const originsA = s.transA
      ? range(rows / 4).map((i) => `let aAt${i} = ${last(`row0 / 4u + ${i}u`, '(params.M / 4u)')};`)
      : range(rows).map((i) => `let aAt${i} = ${last(`row0 + ${i}u`, 'params.M')} * (${s.depth} / 4u);`)
    const originsB = s.transB
      ? range(columns).map((j) => `let bAt${j} = ${last(`column0 + ${j}u`, 'params.N')} * (${s.depth} / 4u);`)
      : range(columns / 4).map((j) => `let bAt${j} = ${last(`column0 / 4u + ${j}u`, '(params.N / 4u)')};`)
    const readA = s.transA
      ? range(4).flatMap((k) => range(rows / 4).map((i) => `let a${k}_${i} = ${s.a}Vector((k * 4u + ${k}u) * (params.M / 4u) + aAt${i});`))
      : range(rows).map((i) => `let a${i} = ${s.a}Vector(aAt${i} + k);`)
    const readB = s.transB
      ? range(columns).map((j) => `let b${j} = ${s.b}Vector(bAt${j} + k);`)
      : range(4).flatMap((k) => range(columns / 4).map((j) => `let b${k}_${j} = ${s.b}Vector((k * 4u + ${k}u) * (params.N / 4u) + bAt${j});`))
    const { first, end } = stretch(s)
    return `{
  ${lines(originsA)}
  ${lines(originsB)}
  for (var k = ${first}; k < ${end}; k++) {
    ${lines(readA)}
    ${lines(readB)}
    ${multiply(s, rows, columns)}
  }
  }`
  }
  const store = putAll(rows, columns / 4, (i, j) => `put(group.z, row0 + ${i}, column0 + ${j * 4}u, out[${i} * ${columns / 4}u + ${j}u]);`)
  return `${declarations(v)}
${widening(v)}
${put(v)}
@compute @workgroup_size(${THREADS}, ${THREADS})
fn forward(@builtin(global_invocation_id) thread: vec3u, @builtin(workgroup_id) group: vec3u) {
  let row0 = thread.y * ${rows}u;
  let column0 = thread.x * ${columns}u;
  if (row0 >= params.M || column0 >= params.N) { return; }
  ${accumulators(rows, columns / 4)}
  ${everySegment(v, product)}
  ${store}
}`
}
