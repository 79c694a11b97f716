// total = weight · mean over matrices P of ‖P Pᵀ − I‖, and its gradient added to the flat gradient buffer.
// `gram` writes grams with =, `lengths` writes norms and total with =, `spread` updates gradient in place.
#include <index>
#include <rows>
const LANES = 256;
struct Params { matrices: u32, rank: u32, longest: u32, weight: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// Of each matrix: place of its first number, length of its `rank` rows, and how far apart rows and neighbours of a row lie.
@group(0) @binding(1) var<storage, read> sides: array<i32>;
@group(0) @binding(2) var<storage, read> value: array<f32>;
@group(0) @binding(3) var<storage, read_write> grams: array<f32>;
@group(0) @binding(4) var<storage, read_write> norms: array<f32>;
@group(0) @binding(5) var<storage, read_write> total: array<f32>;
@group(0) @binding(6) var<storage, read_write> gradient: array<f32>;

// A lane for each entry of P Pᵀ − I.
@compute @workgroup_size(64)
fn gram(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let square = params.rank * params.rank;
  let entry = groupIndex(group, grid) * 64u + lane;
  if (entry >= params.matrices * square) { return; }
  let at = entry / square * 4u;
  let i = i32(entry % square / params.rank);
  let j = i32(entry % params.rank);
  let x = sides[at] + i * sides[at + 2u];
  let y = sides[at] + j * sides[at + 2u];
  let stride = sides[at + 3u];
  var sum = select(0.0, -1.0, i == j);
  for (var k = 0; k < sides[at + 1u]; k++) { sum += value[x + k * stride] * value[y + k * stride]; }
  grams[entry] = sum;
}

@compute @workgroup_size(LANES)
fn lengths(@builtin(local_invocation_index) lane: u32) {
  let square = params.rank * params.rank;
  var sum = 0.0;
  for (var m = lane; m < params.matrices; m += LANES) {
    var squares = 0.0;
    for (var k = 0u; k < square; k++) { squares += grams[m * square + k] * grams[m * square + k]; }
    norms[m] = sqrt(squares);
    sum += norms[m];
  }
  let lengthsOfAll = rowSum(lane, sum);
  if (lane == 0u) { total[0] = params.weight * lengthsOfAll / f32(params.matrices); }
}

// A lane for each number of the longest matrix, times the matrices.
@compute @workgroup_size(256)
fn spread(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = groupIndex(group, grid) * 256u + lane;
  let each = params.rank * params.longest;
  let m = index / each;
  if (m >= params.matrices) { return; }
  let at = m * 4u;
  let i = index % each / params.longest;
  let k = i32(index % params.longest);
  // The norm has no direction at zero; its gradient is taken as zero there.
  if (k >= sides[at + 1u] || norms[m] == 0.0) { return; }
  let column = sides[at] + k * sides[at + 3u];
  let row = (m * params.rank + i) * params.rank;
  var sum = 0.0;
  for (var j = 0u; j < params.rank; j++) { sum += grams[row + j] * value[column + i32(j) * sides[at + 2u]]; }
  gradient[column + i32(i) * sides[at + 2u]] += 2.0 * params.weight / f32(params.matrices) / norms[m] * sum;
}
