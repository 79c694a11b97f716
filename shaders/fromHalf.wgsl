// y = x, of 16-bit floats two to a word. Writes y with =.
#include <index>
struct Params { words: u32, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i >= params.words) { return; }
  let pair = unpack2x16float(x[i]);
  y[2u * i] = pair.x;
  if (2u * i + 1u < params.count) { y[2u * i + 1u] = pair.y; }
}
