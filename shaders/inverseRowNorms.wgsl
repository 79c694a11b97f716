// inverse[o] = 1 / ‖W[o,:] + s · (B A)[o,:]‖: a workgroup per output, lanes along the inputs, a tree of fixed order.
// W is [out, in], or [in, out] when TRANSPOSED; PACKED weights, of 16-bit floats or in blocks, bring what reads them
// (src/ops/packedReads.ts). Writes inverse with =.
#include <index>
#include <rows>
const LANES = 64;
struct Params { outputs: u32, inputs: u32, rank: u32, scaling: f32 }
@group(0) @binding(0) var<uniform> params: Params;
#if PACKED
@group(0) @binding(1) var<storage, read> w: array<u32>;
fn weight(i: u32) -> f32 { return wOne(i); }
#else
@group(0) @binding(1) var<storage, read> w: array<f32>;
fn weight(i: u32) -> f32 { return w[i]; }
#endif
@group(0) @binding(2) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> inverse: array<f32>;

@compute @workgroup_size(LANES)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let o = groupIndex(group, groups);
  if (o >= params.outputs) { return; }
  var sum = 0.0;
  for (var i = lane; i < params.inputs; i += LANES) {
    var delta = 0.0;
    for (var r = 0u; r < params.rank; r++) { delta += b[o * params.rank + r] * a[r * params.inputs + i]; }
#if TRANSPOSED
    let value = weight(i * params.outputs + o) + params.scaling * delta;
#else
    let value = weight(o * params.inputs + i) + params.scaling * delta;
#endif
    sum += value * value;
  }
  let squares = rowSum(lane, sum);
  if (lane == 0u) { inverse[o] = 1.0 / sqrt(squares); }
}
