// Which rows of a long curve to draw: of each even stretch its lowest and its highest, so that no spike is lost and the
// cost of a drawing does not grow with the run.

/** Row numbers in order, first and last included; undefined where all rows may be drawn. */
export function thinRows(values: Float64Array, most: number): Uint32Array | undefined {
  const count = values.length
  if (count <= most) return undefined
  const stretch = Math.ceil((count - 2) / Math.floor((most - 2) / 2))
  const rows = new Uint32Array(most)
  let kept = 1
  for (let from = 1; from < count - 1; from += stretch) {
    let low = from
    let high = from
    for (let i = from + 1; i < Math.min(from + stretch, count - 1); i++) {
      if ((values[i] ?? 0) < (values[low] ?? 0)) low = i
      if ((values[i] ?? 0) > (values[high] ?? 0)) high = i
    }
    rows[kept++] = Math.min(low, high)
    if (low !== high) rows[kept++] = Math.max(low, high)
  }
  rows[kept++] = count - 1
  return rows.subarray(0, kept)
}

export const pick = (values: Float64Array, rows: Uint32Array | undefined): Float64Array =>
  rows === undefined ? values : Float64Array.from(rows, (row) => values[row] ?? Number.NaN)
