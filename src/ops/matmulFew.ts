// A portable matmul kernel for one to eight rows of a (decoding): a workgroup owns 32 columns of y, eight threads share each
// column's K and add up in a fixed order. Neighbouring threads read neighbouring vectors of b, which is read once.
import { declarations, everySegment, loaders, put, stretch, type Operands, type Segment } from './matmulKernel.ts'
import { component, lines, range } from './wgslText.ts'

/** Columns of y per workgroup, and threads that share the depth of one. */
export const COLUMNS = 32
const SHARERS = 8

export function few(v: Operands, rows: number): string {
  const fours = COLUMNS / 4
  const threads = fours * SHARERS
  // Along the stored rows of b: k where it is [N, K], columns where it is [K, N].
  const [sharer, four] = v.transB ? [`thread % ${SHARERS}u`, `thread / ${SHARERS}u`] : [`thread / ${fours}u`, `thread % ${fours}u`]
  const products = (s: Segment): string => {
    const readB = range(4).map((i) => (s.transB ? `let b${i} = ${s.b}Four(column + ${i}u, k);` : `let b${i} = ${s.b}Four(k * 4u + ${i}u, column / 4u);`))
    const sums = range(rows).map((r) =>
      s.transB
        ? `acc${r} += vec4f(${range(4).map((i) => `dot(a${r}, b${i})`).join(', ')});`
        : range(4).map((k) => `acc${r} = fma(vec4f(a${r}.${component[k]}), b${k}, acc${r});`).join('\n'),
    )
    return `for (var k = sharer; k < ${stretch(s).end}; k += ${SHARERS}u) {
    ${lines(readB)}
    ${lines(range(rows).map((r) => `let a${r} = ${s.a}Four(${r}u, k);`))}
    ${lines(sums)}
  }`
  }
  return `${declarations(v)}
${loaders(v)}
${put(v)}
var<workgroup> sums: array<vec4f, ${rows * threads}>;
@compute @workgroup_size(${threads})
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let sharer = ${sharer};
  let four = ${four};
  let column = group.x * ${COLUMNS}u + four * 4u;
  ${lines(range(rows).map((r) => `var acc${r} = vec4f();`))}
  ${everySegment(v, products)}
  ${lines(range(rows).map((r) => `sums[(${r}u * ${fours}u + four) * ${SHARERS}u + sharer] = acc${r};`))}
  workgroupBarrier();
  if (thread < ${rows * fours}u) {
    var total = vec4f();
    for (var i = 0u; i < ${SHARERS}u; i++) { total += sums[thread * ${SHARERS}u + i]; }
    put(0u, thread / ${fours}u, group.x * ${COLUMNS}u + thread % ${fours}u * 4u, total);
  }
}`
}
