// First-fit packing: each example goes into the first open row with room for it. Only the newest rows stay open, so
// the work stays linear in the number of examples.

const OPEN_ROWS = 256

/** Rows of example numbers, none longer than `capacity` tokens; each number of `order` occurs once. */
export function packRows(lengths: readonly number[], capacity: number, order: Uint32Array): number[][] {
  const rows: number[][] = []
  const room: number[] = []
  let firstOpen = 0
  for (const i of order) {
    const length = Math.min(lengths[i], capacity)
    let row = firstOpen
    while (row < rows.length && room[row] < length) row++
    if (row === rows.length) {
      rows.push([])
      room.push(capacity)
      firstOpen = Math.max(firstOpen, rows.length - OPEN_ROWS)
    }
    rows[row].push(i)
    room[row] -= length
  }
  return rows
}
