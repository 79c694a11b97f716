// L2 norm of a flat buffer in a fixed order: `partials` sums squares per workgroup, `total` adds those and takes the root.
// Writes partial with = and norm with =.
#include <rows>
const LANES = 256;
struct Params { count: u32, perGroup: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;
@group(0) @binding(3) var<storage, read_write> norm: array<f32>;

@compute @workgroup_size(LANES)
fn partials(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * params.perGroup;
  let end = min(first + params.perGroup, params.count);
  var sum = 0.0;
  for (var i = first + lane; i < end; i += LANES) { sum += x[i] * x[i]; }
  let all = rowSum(lane, sum);
  if (lane == 0u) { partial[group.x] = all; }
}

@compute @workgroup_size(LANES)
fn total(@builtin(local_invocation_index) lane: u32) {
  let all = rowSum(lane, select(0.0, partial[lane], lane < arrayLength(&partial)));
  if (lane == 0u) { norm[0] = sqrt(all); }
}
