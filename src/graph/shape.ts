// Dimension names used everywhere, WGSL included:
//   B rows of a batch · T tokens of a row · C channels (hidden size) · V vocabulary · H heads · D head size · R rank
// A shape is a list of whole numbers, row-major, the last one contiguous.

export type Shape = readonly number[]

/** Number of elements. */
export const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1)

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i])

export const showShape = (shape: Shape): string => `[${shape.join(',')}]`

/** Workgroups for `count` items at `perGroup` items each, folded into two dimensions (65,535 is the portable limit of one). */
export function grid(count: number, perGroup = 1): readonly [number, number, number] {
  const groups = Math.max(1, Math.ceil(count / perGroup))
  const x = Math.min(groups, 65_535)
  return [x, Math.ceil(groups / x), 1]
}
