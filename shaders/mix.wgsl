// y = (1 − w) · start + w · end, or onto + w · (end − start), with w read at run time: one for every `each` elements. Writes y with =.
#include <index>
#include <value>
struct Params { count: u32, each: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> start: array<Value>;
@group(0) @binding(2) var<storage, read> end: array<Value>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<Value>;
#if ONTO
@group(0) @binding(5) var<storage, read> onto: array<Value>;
#endif

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
           @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i >= params.count) { return; }
  let w = weight[i / params.each];
#if ONTO
  y[i] = onto[i] + w * (end[i] - start[i]);
#else
  // In this form a weight of 1 gives the end and 0 the start, bit for bit.
  y[i] = (1.0 - w) * start[i] + w * end[i];
#endif
}
