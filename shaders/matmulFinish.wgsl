// y = alpha · Σ over layers of partials + bias + c, in a fixed order: the end of a matmul whose K was split. Writes y with =, or adds to total.
#include <index>
#include <value>
struct Params { count: u32, columns: u32, layers: u32, alpha: f32, bias: u32, addend: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partials: array<Value>;
@group(0) @binding(2) var<storage, read> bias: array<Value>;
@group(0) @binding(3) var<storage, read> c: array<Value>;
#if INTO
@group(0) @binding(4) var<storage, read_write> total: array<Value>;
#else
@group(0) @binding(4) var<storage, read_write> y: array<Value>;
#endif

@compute @workgroup_size(256)
fn finish(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i >= params.count) { return; }
  var found = Value();
  for (var layer = 0u; layer < params.layers; layer++) { found += partials[layer * params.count + i]; }
  found *= params.alpha;
  if (params.bias != 0u) { found += bias[i % params.columns]; }
  if (params.addend != 0u) { found += c[i]; }
#if INTO
  total[i] += found;
#else
  y[i] = found;
#endif
}
