// inverse[o] = 1 / ‖W[o,:] + s · (B A)[o,:]‖: a workgroup per output, lanes along the inputs, a tree of fixed order.
// W is [out, in], or [in, out] when TRANSPOSED; 16-bit weights hold two elements in a word, those in BLOCKS bring
// what reads them. Writes inverse with =.
#include <index>
struct Params { outputs: u32, inputs: u32, rank: u32, scaling: f32 }
@group(0) @binding(0) var<uniform> params: Params;
#if PACKED
@group(0) @binding(1) var<storage, read> w: array<u32>;
#else
@group(0) @binding(1) var<storage, read> w: array<f32>;
#endif
@group(0) @binding(2) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> inverse: array<f32>;

#if PACKED
#if BLOCKS
fn weight(i: u32) -> f32 { return wOne(i); }
#else
#if W_F16
fn pair(word: u32) -> vec2f { return unpack2x16float(word); }
#else
fn pair(word: u32) -> vec2f { return vec2f(bitcast<f32>(word << 16u), bitcast<f32>(word & 0xffff0000u)); }
#endif
fn weight(i: u32) -> f32 { return pair(w[i / 2u])[i % 2u]; }
#endif
#else
fn weight(i: u32) -> f32 { return w[i]; }
#endif

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let o = groupIndex(group, groups);
  if (o >= params.outputs) { return; }
  var sum = 0.0;
  for (var i = lane; i < params.inputs; i += 64u) {
    var delta = 0.0;
    for (var r = 0u; r < params.rank; r++) { delta += b[o * params.rank + r] * a[r * params.inputs + i]; }
#if TRANSPOSED
    let value = weight(i * params.outputs + o) + params.scaling * delta;
#else
    let value = weight(o * params.inputs + i) + params.scaling * delta;
#endif
    sum += value * value;
  }
  sums[lane] = sum;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane == 0u) { inverse[o] = 1.0 / sqrt(sums[0]); }
}
