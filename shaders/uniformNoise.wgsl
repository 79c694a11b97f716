// y = x + bound · u with u uniform in [-1, 1), a pure function of (seed, step, site, element). Writes y with =.
#include <index>
#include <value>
#include <pcg4d>
// step: bound / 2²³, because a random word gives 24 bits that a float holds exactly.
struct Params { count: u32, step: f32, site: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> seed: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<Value>;

// One hash serves four neighbours, whatever the width of a Value.
fn noise(i: u32) -> Value {
#if VEC4
  let random = pcg4d(vec4u(seed[0], seed[1], params.site, i));
  return vec4f(vec4i(random >> vec4u(8u)) - vec4i(8388608)) * params.step;
#else
  let random = pcg4d(vec4u(seed[0], seed[1], params.site, i / 4u))[i % 4u];
  return f32(i32(random >> 8u) - 8388608) * params.step;
#endif
}

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
           @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i >= params.count) { return; }
  y[i] = x[i] + noise(i);
}
