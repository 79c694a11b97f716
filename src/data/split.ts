// Holds rows out for validation. Invariant: rows of equal content land on one side, so that validation never scores
// what was trained; both sides keep the file's order.
import { bits, streamOf } from '../lib/rng.ts'
import { rowKey, type Row } from './row.ts'

export function splitRows(rows: readonly Row[], share: number, seed: number): { train: Row[]; validation: Row[] } {
  const wanted = Math.round(rows.length * share)
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = rowKey(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  if (wanted === 0 || groups.size < 2) return { train: [...rows], validation: [] }
  // By content, not by place: adding a row to the file moves no other row to the other side of the cut's order.
  const ordered = [...groups]
    .map(([key, group]) => ({ group, draw: bits(seed, streamOf(key), key.length) }))
    .sort((a, b) => a.draw - b.draw)
  const held = new Set<Row>()
  for (const { group } of ordered) if (held.size + group.length <= wanted) for (const row of group) held.add(row)
  return { train: rows.filter((r) => !held.has(r)), validation: rows.filter((r) => held.has(r)) }
}
