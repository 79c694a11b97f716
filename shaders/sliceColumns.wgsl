// Columns of a matrix. slice: y = columns start … start + size − 1 of x [N, columns];
// place: y [N, columns] = zeros but for those columns, which are x [N, size]. Both write y with =.
#include <index>
#include <value>
struct Params { count: u32, start: u32, size: u32, columns: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;

@compute @workgroup_size(256)
fn slice(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
         @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i >= params.count) { return; }
  y[i] = x[i / params.size * params.columns + params.start + i % params.size];
}

@compute @workgroup_size(256)
fn place(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
         @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i >= params.count) { return; }
  let column = i % params.columns;
  var value = Value(0.0);
  if (column >= params.start && column - params.start < params.size) {
    value = x[i / params.columns * params.size + column - params.start];
  }
  y[i] = value;
}
