// rows[batch, heads, T] = (lse, δ = ⟨dO, o⟩, segment, position): what the backward kernels need of a query. Written with =.
#include <index>
#if VEC4
alias Value = vec4f;
#else
alias Value = f32;
#endif
struct Params { T: u32, heads: u32, rows: u32, width: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> o: array<Value>;
@group(0) @binding(2) var<storage, read> dO: array<Value>;
@group(0) @binding(3) var<storage, read> lse: array<f32>;
@group(0) @binding(4) var<storage, read> segmentsQ: array<i32>;
@group(0) @binding(5) var<storage, read> start: array<i32>;
@group(0) @binding(6) var<storage, read_write> rows: array<vec4f>;

@compute @workgroup_size(64)
fn gather(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = groupIndex(group, groups) * 64u + lane;
  if (row >= params.rows) { return; }
  let i = row % params.T;
  let b = row / params.T / params.heads;
  let head = row / params.T % params.heads;
  let at = ((b * params.T + i) * params.heads + head) * params.width;
  var delta = 0.0;
  // A bound that the compiler does not know keeps it from unrolling this for a second.
  for (var d = 0u; d < params.width; d++) {
#if VEC4
    delta += dot(dO[at + d], o[at + d]);
#else
    delta += dO[at + d] * o[at + d];
#endif
  }
  // Segments and positions are whole numbers below 2^24, exact as f32.
  rows[row] = vec4f(lse[row], delta, f32(segmentsQ[b * params.T + i]), f32(start[b] + i32(i)));
}
