// Sums down columns: a workgroup of 256 lanes is COLUMNS columns (a power of two) by 256 / COLUMNS rows.
// Lanes walk down a chunk of rows, then the partial sums of a column meet in a tree of fixed order.
const ROW_STEP = 256u / COLUMNS;
var<workgroup> columnScratch: array<Value, 256>;

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
