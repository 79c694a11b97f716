// gradient += l1 · sign(value) + l2 · value + l2Start · (value − start), over flat buffers; tensors that do not train are
// left alone. Updates gradient in place.
#include <index>
struct Params { count: u32, l1: f32, l2: f32, l2Start: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// Group of every block of 64 elements; [learning-rate factor, weight decay, row of hyper] of every group.
@group(0) @binding(1) var<storage, read> blocks: array<u32>;
@group(0) @binding(2) var<storage, read> groups: array<f32>;
@group(0) @binding(3) var<storage, read> value: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradient: array<f32>;
#if START
@group(0) @binding(5) var<storage, read> start: array<f32>;
#endif

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, grid) * 256u + lane;
  if (i >= params.count || groups[blocks[i / 64u] * 3u] == 0.0) { return; }
  let w = value[i];
  var g = gradient[i] + params.l1 * sign(w) + params.l2 * w;
#if START
  g += params.l2Start * (w - start[i]);
#endif
  gradient[i] = g;
}
