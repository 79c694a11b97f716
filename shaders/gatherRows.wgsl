// y[i] = x[rows[i]]; zeros where rows[i] is no row of x (-1). Writes y with =.
#include <index>
#include <value>
struct Params { count: u32, columns: u32, total: i32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> rows: array<i32>;
@group(0) @binding(3) var<storage, read_write> y: array<Value>;

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
           @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i >= params.count) { return; }
  let row = rows[i / params.columns];
  var value = Value(0.0);
  if (row >= 0 && row < params.total) { value = x[u32(row) * params.columns + i % params.columns]; }
  y[i] = value;
}
