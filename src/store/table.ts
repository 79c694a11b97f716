// A growing table of numbers, kept column by column. It behaves like an immutable value: `append` answers with a
// new table that shares the buffer, and copies only when another table already grew past the same row.
// The first column is the key and rises strictly.

interface Buffer {
  columns: Float64Array[]
  /** Rows written so far by any table on this buffer. */
  used: number
}

export interface Table {
  readonly buffer: Buffer
  readonly rows: number
}

const FIRST_CAPACITY = 256

export function emptyTable(width: number): Table {
  return { buffer: { columns: Array.from({ length: width }, () => new Float64Array(FIRST_CAPACITY)), used: 0 }, rows: 0 }
}

/** One column without copying; do not write to it. */
export function column(table: Table, index: number): Float64Array {
  const data = table.buffer.columns[index]
  if (!data) throw new RangeError(`The table has ${table.buffer.columns.length} columns; column ${index} was asked for.`)
  return data.subarray(0, table.rows)
}

export function cell(table: Table, row: number, index: number): number | undefined {
  return row >= 0 && row < table.rows ? table.buffer.columns[index]?.[row] : undefined
}

export function append(table: Table, row: readonly number[]): Table {
  const { rows } = table
  const capacity = table.buffer.columns[0]?.length ?? 0
  const buffer = table.buffer.used === rows && rows < capacity ? table.buffer : copy(table, Math.max(FIRST_CAPACITY, rows * 2))
  buffer.columns.forEach((data, i) => {
    data[rows] = row[i] ?? Number.NaN
  })
  buffer.used = rows + 1
  return { buffer, rows: rows + 1 }
}

/** The rows whose key is below `key`: what stays when a run goes back to a checkpoint. */
export function rowsBelow(table: Table, key: number): Table {
  let rows = table.rows
  while (rows > 0 && (cell(table, rows - 1, 0) ?? 0) >= key) rows -= 1
  return rows === table.rows ? table : { buffer: table.buffer, rows }
}

function copy(table: Table, capacity: number): Buffer {
  const columns = table.buffer.columns.map((data) => {
    const grown = new Float64Array(capacity)
    grown.set(data.subarray(0, table.rows))
    return grown
  })
  return { columns, used: table.rows }
}
