// Which rows of a long curve to draw: of each even stretch its lowest and its highest, so that no spike is lost and the
// cost of a drawing does not grow with the run. Stretches begin at multiples of their length, so that a growing curve does
// not shimmer; what is lowest and highest in each block of rows is found once and kept.

const BLOCK = 64

/** Row numbers of the lowest and the highest value of every whole block so far. */
interface Extremes {
  blocks: number
  low: Uint32Array
  high: Uint32Array
}

/** By the memory that holds a growing column: rows that are written never change there (see store/table.ts). */
const known = new WeakMap<ArrayBufferLike, Extremes>()

/** Values looked at since the page opened; tests count them. */
export const work = { looked: 0 }

function extremes(values: Float64Array): Extremes {
  const blocks = Math.floor(values.length / BLOCK)
  let found = known.get(values.buffer)
  if (!found) known.set(values.buffer, (found = { blocks: 0, low: new Uint32Array(0), high: new Uint32Array(0) }))
  if (found.low.length < blocks) {
    const room = Math.floor(values.buffer.byteLength / 8 / BLOCK)
    const [low, high] = [new Uint32Array(room), new Uint32Array(room)]
    low.set(found.low)
    high.set(found.high)
    Object.assign(found, { low, high })
  }
  for (; found.blocks < blocks; found.blocks++) {
    const [low, high] = scan(values, found.blocks * BLOCK, (found.blocks + 1) * BLOCK)
    found.low[found.blocks] = low
    found.high[found.blocks] = high
  }
  return found
}

function scan(values: Float64Array, from: number, to: number): readonly [low: number, high: number] {
  let [low, high] = [from, from]
  for (let i = from; i < to; i++) {
    if (values[i] < values[low]) low = i
    if (values[i] > values[high]) high = i
  }
  work.looked += to - from
  return [low, high]
}

/**
 * Row numbers in order, first and last included; undefined where all rows may be drawn.
 * @param values a column whose written rows never change
 * @param most points to draw, 8 or more
 * @param from first row that is shown
 */
export function thinRows(values: Float64Array, most: number, from = 0): Uint32Array | undefined {
  const end = values.length
  if (end - from <= most) return undefined
  // Two stretches are cut by the ends, and two rows are the ends themselves.
  const wanted = (end - from) / (Math.floor((most - 2) / 2) - 2)
  const stretch = wanted > BLOCK ? Math.ceil(wanted / BLOCK) * BLOCK : Math.ceil(wanted)
  const ofBlocks = stretch % BLOCK === 0 ? extremes(values) : undefined
  const rows = new Uint32Array(most)
  let kept = 0
  rows[kept++] = from
  for (let start = from - (from % stretch); start < end; start += stretch) {
    const [low, high] = ofBlocks && start >= from && start + stretch <= end ? overBlocks(values, ofBlocks, start, stretch) : scan(values, Math.max(from, start), Math.min(end, start + stretch))
    for (const row of low < high ? [low, high] : [high, low]) if (row > rows[kept - 1]) rows[kept++] = row
  }
  if (rows[kept - 1] < end - 1) rows[kept++] = end - 1
  return rows.subarray(0, kept)
}

function overBlocks(values: Float64Array, found: Extremes, start: number, stretch: number): readonly [low: number, high: number] {
  let [low, high] = [start, start]
  for (let b = start / BLOCK; b < (start + stretch) / BLOCK; b++) {
    const [l, h] = [found.low[b], found.high[b]]
    if (values[l] < values[low]) low = l
    if (values[h] > values[high]) high = h
  }
  work.looked += (2 * stretch) / BLOCK
  return [low, high]
}

/** @param from first row that is shown, where all of them are */
export const pick = (values: Float64Array, rows: Uint32Array | undefined, from = 0): Float64Array =>
  rows === undefined ? values.subarray(from) : Float64Array.from(rows, (row) => values[row] ?? Number.NaN)
