// y[n, c] = x[n, c] · factors[c]. Writes y with =.
#include <index>
struct Params { count: u32, columns: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> factors: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i >= params.count) { return; }
  y[i] = x[i] * factors[i % params.columns];
}
