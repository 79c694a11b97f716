// How elementwise, row and column kernels cut their tensors into workgroups of 256 lanes: the one place that knows.
// `params` and `defines` fit the shaders that include value, rows and columns from shaders/lib.
// Sizes in `params` count Values: groups of four floats where every size allows it (VEC4), else single floats.
import type { Dispatch } from './op.ts'
import { grid, sizeOf, type Shape } from './shape.ts'

/** A tensor as rows of its last dimension. */
export function rowsOf(shape: Shape): readonly [rows: number, columns: number] {
  const columns = shape.at(-1) ?? 1
  return [columns === 0 ? 0 : sizeOf(shape) / columns, columns]
}

/** 4 if all sizes are multiples of it. */
export const widthOf = (...sizes: readonly number[]): 1 | 4 => (sizes.every((n) => n % 4 === 0) ? 4 : 1)

const powerOfTwo = (atLeast: number, most: number): number => Math.min(most, 2 ** Math.ceil(Math.log2(Math.max(1, atLeast))))

/** A lane for each Value; each of `sizes` must also be cut into whole Values. */
export function elements(count: number, ...sizes: readonly number[]) {
  const width = widthOf(count, ...sizes)
  return { width, workgroups: grid(count / width, 256), params: { count: count / width }, defines: { VEC4: width === 4 ? 1 : 0 } }
}

/** LANES lanes for each row (at most `most`), two Values for a lane where the row allows it. */
export function rowLanes(rows: number, columns: number, most = 256) {
  const width = widthOf(columns)
  const lanes = powerOfTwo(columns / width / 2, most)
  return {
    workgroups: grid(rows, 256 / lanes),
    params: { rows, columns: columns / width },
    defines: { VEC4: width === 4 ? 1 : 0, LANES: lanes },
  }
}

/** From so many rows on, a lane or two each keep every core of a software adapter busy. */
const MANY_ROWS = 256

/**
 * The dispatch of a kernel that reduces rows, with a variant for software adapters: they pay for every lane at every
 * barrier, so there two lanes share a row where rows are many.
 */
export function rowDispatch(rows: number, columns: number, make: (cut: ReturnType<typeof rowLanes>) => Dispatch): Dispatch {
  const first = make(rowLanes(rows, columns))
  return rows < MANY_ROWS ? first : { ...first, alternatives: [{ ...make(rowLanes(rows, columns, 2)), suits: 'software' }] }
}

/** Rows that one workgroup sums without a second stage, and the largest number of partial sums. */
const CHUNKS = 256

/** COLUMNS columns by 256 / COLUMNS rows for each workgroup, and chunks of rows so that enough workgroups run. */
export function columnLanes(rows: number, columns: number) {
  const width = widthOf(columns)
  const across = powerOfTwo(columns / width, 64)
  const chunks = rows <= CHUNKS ? 1 : Math.min(CHUNKS, Math.ceil(rows / (8 * (256 / across))))
  const chunk = Math.ceil(rows / chunks)
  const tiles = Math.ceil(columns / width / across)
  return {
    /** Lines of partial sums; none is empty. */
    chunks: Math.max(1, Math.ceil(rows / chunk)),
    tiles,
    workgroups: grid(tiles * Math.max(1, Math.ceil(rows / chunk))),
    params: { rows, columns: columns / width, chunk },
    defines: { VEC4: width === 4 ? 1 : 0, COLUMNS: across },
  }
}
