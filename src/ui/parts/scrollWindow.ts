// Which rows of a very long list are in sight. A million rows are taller than browsers let an element be (Chrome: 33.5
// million pixels, half of it at 200 %; Firefox: 17.8 million), so the list stands in a scroller of a bounded height: small
// movements move the rows by as many pixels, a drag of the scroll bar goes to the same share of the list. Pure; rows are of
// one height.

/** Safe in every browser at every zoom. */
export const MOST_PIXELS = 8_000_000

export interface Extent {
  readonly rows: number
  readonly rowHeight: number
  /** Of the visible part. */
  readonly height: number
}
export interface Position {
  /** Pixels above the visible part, were the list as tall as it is. */
  readonly top: number
  /** The scroller's own. */
  readonly scrollTop: number
}

export const scrollerHeight = ({ rows, rowHeight }: Extent): number => Math.min(MOST_PIXELS, rows * rowHeight)
const range = (of: number, { height }: Extent): number => Math.max(0, of - height)
const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value))

/** Where the scroller stands when these pixels are above. */
export function scrollTopAt(top: number, extent: Extent): number {
  const most = range(extent.rows * extent.rowHeight, extent)
  return most === 0 ? 0 : (clamp(top, most) / most) * range(scrollerHeight(extent), extent)
}

/** After the scroller moved. */
export function moved(before: Position, scrollTop: number, extent: Extent): Position {
  const full = range(extent.rows * extent.rowHeight, extent)
  const bounded = range(scrollerHeight(extent), extent)
  if (bounded === 0) return { top: 0, scrollTop }
  const by = scrollTop - before.scrollTop
  const isStep = full > bounded && Math.abs(by) <= 2 * extent.height && scrollTop > 0 && scrollTop < bounded
  return { top: clamp(isStep ? before.top + by : (scrollTop / bounded) * full, full), scrollTop }
}

/** The first row in sight and how many there are, with a few around them. */
export function inSight({ top }: Position, { rows, rowHeight, height }: Extent, around = 4): { readonly first: number; readonly count: number } {
  const first = Math.max(0, Math.floor(top / rowHeight) - around)
  const last = Math.min(rows, Math.ceil((top + height) / rowHeight) + around)
  return { first, count: Math.max(0, last - first) }
}
