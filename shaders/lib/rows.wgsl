// Reductions over the LANES lanes (a power of two) that share a row; a workgroup of at most 256 lanes holds one row or several.
// Trees of fixed order: the same bits on every run. Every lane of the workgroup must call.
var<workgroup> rowScratch: array<f32, 256>;

fn rowSum(lane: u32, mine: f32) -> f32 {
  rowScratch[lane] = mine;
  workgroupBarrier();
  for (var half = u32(LANES) / 2u; half > 0u; half /= 2u) {
    if (lane % LANES < half) { rowScratch[lane] += rowScratch[lane + half]; }
    workgroupBarrier();
  }
  let all = rowScratch[lane - lane % LANES];
  workgroupBarrier(); // the next reduction writes the same memory
  return all;
}

fn rowMax(lane: u32, mine: f32) -> f32 {
  rowScratch[lane] = mine;
  workgroupBarrier();
  for (var half = u32(LANES) / 2u; half > 0u; half /= 2u) {
    if (lane % LANES < half) { rowScratch[lane] = max(rowScratch[lane], rowScratch[lane + half]); }
    workgroupBarrier();
  }
  let all = rowScratch[lane - lane % LANES];
  workgroupBarrier();
  return all;
}
