// scores[t] = s·u of e + mean of s·u over a row of A + mean of s·u over a column of B; a workgroup for each triplet t.
// Reads windows of flat buffers at the places that `triplets` names. Writes scores with =.
#include <index>
#include <rows>
const LANES = 64;
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
// Of each triplet: place of A (r, in), of B (out, r) and of e, its number, r, in, out, unused.
@group(0) @binding(1) var<storage, read> triplets: array<i32>;
@group(0) @binding(2) var<storage, read> sensitivity: array<f32>;
@group(0) @binding(3) var<storage, read> uncertainty: array<f32>;
@group(0) @binding(4) var<storage, read_write> scores: array<f32>;

fn score(i: i32) -> f32 { return sensitivity[i] * uncertainty[i]; }

@compute @workgroup_size(LANES)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let t = groupIndex(group, grid);
  if (t >= params.count) { return; }
  let at = t * 8u;
  let number = triplets[at + 3u];
  let r = triplets[at + 4u];
  let inner = triplets[at + 5u];
  let outer = triplets[at + 6u];
  var row = 0.0;
  for (var j = i32(lane); j < inner; j += LANES) { row += score(triplets[at] + number * inner + j); }
  var column = 0.0;
  for (var j = i32(lane); j < outer; j += LANES) { column += score(triplets[at + 1u] + j * r + number); }
  let means = rowSum(lane, row / f32(inner) + column / f32(outer));
  if (lane == 0u) { scores[t] = score(triplets[at + 2u]) + means; }
}
