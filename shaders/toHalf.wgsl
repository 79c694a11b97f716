// y = x in 16-bit floats, two to a word. What no 16-bit float can hold becomes the largest one. Writes y with =.
#include <index>
struct Params { words: u32, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i >= params.words) { return; }
  let second = select(0.0, x[min(2u * i + 1u, params.count - 1u)], 2u * i + 1u < params.count);
  y[i] = pack2x16float(clamp(vec2f(x[2u * i], second), vec2f(-65504.0), vec2f(65504.0)));
}
