// Turns pairs (i, i + half) of every head by the angles of the row's position. Reads y (which holds x) and writes it with =.
#include <index>
struct Params { pairs: u32, heads: u32, size: u32, half: u32, positionCount: u32, direction: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cos: array<f32>;
@group(0) @binding(2) var<storage, read> sin: array<f32>;
@group(0) @binding(3) var<storage, read> positions: array<i32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pair = groupIndex(group, groups) * 256u + lane;
  if (pair >= params.pairs) { return; }
  let i = pair % params.half;
  let rowAndHead = pair / params.half;
  let position = min(u32(positions[rowAndHead / params.heads]), params.positionCount - 1u);
  let c = cos[position * params.half + i];
  let s = sin[position * params.half + i] * params.direction;
  let at = rowAndHead * params.size + i;
  let first = y[at];
  let second = y[at + params.half];
  y[at] = first * c - second * s;
  y[at + params.half] = second * c + first * s;
}
