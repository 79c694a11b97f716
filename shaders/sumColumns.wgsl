// Sums over rows. split writes partials [chunks, C] with =; finish writes y [C] with = from partials;
// forward does it in one go for few rows and writes y with =.
#include <index>
#include <value>
#include <columns>
struct Params { rows: u32, columns: u32, chunk: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<storage, read_write> partials: array<Value>;

@compute @workgroup_size(256)
fn split(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
         @builtin(local_invocation_index) lane: u32) {
  let p = columnPlace(groupIndex(group, groups), lane, params.rows, params.columns, params.chunk);
  var mine = Value(0.0);
  for (var row = p.first; row < p.end; row += ROW_STEP) { mine += x[row * params.columns + p.column]; }
  let all = columnSum(lane, mine);
  if (lane < COLUMNS && p.first < p.end) { partials[p.line * params.columns + p.column] = all; }
}

@compute @workgroup_size(256)
fn finish(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
          @builtin(local_invocation_index) lane: u32) {
  let p = columnPlace(groupIndex(group, groups), lane, params.rows, params.columns, params.chunk);
  var mine = Value(0.0);
  for (var row = p.first; row < p.end; row += ROW_STEP) { mine += partials[row * params.columns + p.column]; }
  let all = columnSum(lane, mine);
  if (lane < COLUMNS && p.first < p.end) { y[p.column] = all; }
}

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
           @builtin(local_invocation_index) lane: u32) {
  let p = columnPlace(groupIndex(group, groups), lane, params.rows, params.columns, params.chunk);
  var mine = Value(0.0);
  for (var row = p.first; row < p.end; row += ROW_STEP) { mine += x[row * params.columns + p.column]; }
  let all = columnSum(lane, mine);
  if (lane < COLUMNS && p.first < p.end) { y[p.column] = all; }
}
