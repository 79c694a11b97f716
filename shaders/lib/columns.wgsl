// Sums down columns: a workgroup of 256 lanes is COLUMNS columns (a power of two) by 256 / COLUMNS rows.
// Lanes walk down a chunk of rows, then the partial sums of a column meet in a tree of fixed order.
const ROW_STEP = 256u / COLUMNS;
var<workgroup> columnScratch: array<Value, 256>;

/** What a lane adds up: rows first, first + ROW_STEP, … below end of a column, for a line of the result. */
struct ColumnPlace { line: u32, column: u32, first: u32, end: u32 }
fn columnPlace(index: u32, lane: u32, rows: u32, columns: u32, chunk: u32) -> ColumnPlace {
  let tiles = (columns + COLUMNS - 1u) / COLUMNS;
  let line = index / tiles;
  let column = index % tiles * COLUMNS + lane % COLUMNS;
  let end = min(rows, (line + 1u) * chunk);
  // A lane right of the last column gets no rows.
  return ColumnPlace(line, column, select(end, line * chunk + lane / COLUMNS, column < columns), end);
}

/** Valid in the lanes of the first row (lane < COLUMNS). Every lane of the workgroup must call. */
fn columnSum(lane: u32, mine: Value) -> Value {
  columnScratch[lane] = mine;
  workgroupBarrier();
  for (var half = 128u; half >= COLUMNS; half /= 2u) {
    if (lane < half) { columnScratch[lane] += columnScratch[lane + half]; }
    workgroupBarrier();
  }
  let all = columnScratch[lane];
  workgroupBarrier(); // the next reduction writes the same memory
  return all;
}
