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

struct Place { line: u32, column: u32, first: u32, end: u32 }
fn place(index: u32, lane: u32) -> Place {
  let tiles = (params.columns + COLUMNS - 1u) / COLUMNS;
  let line = index / tiles;
  let column = index % tiles * COLUMNS + lane % COLUMNS;
  let end = min(params.rows, (line + 1u) * params.chunk);
  // A lane right of the last column gets an empty range of rows.
  return Place(line, column, select(end, line * params.chunk + lane / COLUMNS, column < params.columns), end);
}

@compute @workgroup_size(256)
fn split(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let p = place(groupIndex(group, groups), lane);
  var mine = Value(0.0);
  for (var row = p.first; row < p.end; row += ROW_STEP) { mine += x[row * params.columns + p.column]; }
  let all = columnSum(lane, mine);
  if (lane < COLUMNS && p.first < p.end) { partials[p.line * params.columns + p.column] = all; }
}

@compute @workgroup_size(256)
fn finish(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let p = place(groupIndex(group, groups), lane);
  var mine = Value(0.0);
  for (var row = p.first; row < p.end; row += ROW_STEP) { mine += partials[row * params.columns + p.column]; }
  let all = columnSum(lane, mine);
  if (lane < COLUMNS && p.first < p.end) { y[p.column] = all; }
}

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let p = place(groupIndex(group, groups), lane);
  var mine = Value(0.0);
  for (var row = p.first; row < p.end; row += ROW_STEP) { mine += x[row * params.columns + p.column]; }
  let all = columnSum(lane, mine);
  if (lane < COLUMNS && p.first < p.end) { y[p.column] = all; }
}
