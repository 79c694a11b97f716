// What both matmul kernels for software adapters share: threads of a workgroup own columns of y, and rows go to all of them from lane to
// lane. Either operand can play a: with `swap` the kernel computes yᵀ = bᵀ·aᵀ, which suits a y of few columns.
import { declarations, everySegment, loaders, put, type Operands, type Segment } from './matmulKernel.ts'

interface Role {
  readonly name: string
  readonly four: boolean
  /** Stored along k. */
  readonly kInside: boolean
}

/** Which operand's rows are held by lanes, and which one's columns a thread owns. */
export function rolesOf(s: Segment, swap: boolean): { held: Role; own: Role } {
  const left = { name: s.a, four: s.fourA, kInside: !s.transA }
  const right = { name: s.b, four: s.fourB, kInside: s.transB }
  return swap ? { held: right, own: left } : { held: left, own: right }
}

/** Four neighbours of a stored row that is `across` wide. */
export const loadFour = ({ name, four }: Role, row: string, at: string, across: string): string => (four ? `${name}Vector(${row} * (${across} / 4u) + ${at})` : `${name}Four(${row}, ${at})`)

/** Rows and columns past the edge read the last valid one instead; `put` drops what they computed. */
export const within = (index: string, size: string): string => `min(${index}, ${size} - 1u)`

export interface ByLane {
  /** Threads of a workgroup, and the rows and columns of each. */
  readonly threads: number
  readonly rows: number
  readonly columns: number
  readonly swap: boolean
  /** WGSL that declares the sums, that adds up a product, and that stores the sums. */
  readonly sums: string
  readonly product: (s: Segment) => string
  readonly store: string
}

export const byLane = (v: Operands, { threads, rows, columns, swap, sums, product, store }: ByLane): string => `enable subgroups;
${declarations(v)}
${loaders(v)}
${put(v)}
@compute @workgroup_size(${threads})
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32, @builtin(subgroup_invocation_id) lane: u32) {
  let rows = ${swap ? 'params.N' : 'params.M'};
  let columns = ${swap ? 'params.M' : 'params.N'};
  let row0 = group.y * ${rows}u;
  let column0 = (group.x * ${threads}u + thread) * ${columns}u;
  ${sums}
  ${everySegment(v, product)}
  ${store}
}`
