// The sum of all elements, in a fixed order. split writes partials with =, one number per chunk; finish adds those up and
// writes total with =; forward does it in one go for few elements and writes total with =.
#include <index>
#include <rows>
const LANES = 256;
struct Params { count: u32, chunk: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> total: array<f32>;
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;

@compute @workgroup_size(LANES)
fn split(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
         @builtin(local_invocation_index) lane: u32) {
  let g = groupIndex(group, groups);
  let end = min(params.count, (g + 1u) * params.chunk);
  var mine = 0.0;
  for (var i = g * params.chunk + lane; i < end; i += LANES) { mine += x[i]; }
  let all = rowSum(lane, mine);
  if (lane == 0u && g * params.chunk < params.count) { partials[g] = all; }
}

@compute @workgroup_size(LANES)
fn finish(@builtin(local_invocation_index) lane: u32) {
  var mine = 0.0;
  for (var i = lane; i < params.count; i += LANES) { mine += partials[i]; }
  let all = rowSum(lane, mine);
  if (lane == 0u) { total[0] = all; }
}

@compute @workgroup_size(LANES)
fn forward(@builtin(local_invocation_index) lane: u32) {
  var mine = 0.0;
  for (var i = lane; i < params.count; i += LANES) { mine += x[i]; }
  let all = rowSum(lane, mine);
  if (lane == 0u) { total[0] = all; }
}
