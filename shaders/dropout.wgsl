// y = x · factor where a random number of (seed, step, site, element) reaches the threshold, else 0. Writes y with =.
// The mask is a pure function of these four, so the backward pass draws it again instead of reading it.
#include <index>
#include <value>
#include <pcg4d>
struct Params { count: u32, threshold: u32, factor: f32, site: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> seed: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<Value>;

// One hash serves four neighbours, whatever the width of a Value.
fn keep(v: Value, i: u32) -> Value {
#if VEC4
  let random = pcg4d(vec4u(seed[0], seed[1], params.site, i));
  return select(Value(0.0), v, random >= vec4u(params.threshold));
#else
  let random = pcg4d(vec4u(seed[0], seed[1], params.site, i / 4u))[i % 4u];
  return select(0.0, v, random >= params.threshold);
#endif
}

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
           @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i >= params.count) { return; }
  y[i] = keep(x[i] * params.factor, i);
}
