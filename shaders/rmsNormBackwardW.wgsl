// The weight gradient of rmsNorm, Σ over rows of dy · x · rstd, one line of partial sums per chunk of rows.
// Writes dw [chunks, C] with =; sumColumns adds the lines up.
#include <index>
#include <value>
#include <columns>
struct Params { rows: u32, columns: u32, chunk: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> rstd: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<Value>;
@group(0) @binding(4) var<storage, read_write> dw: array<Value>;

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
           @builtin(local_invocation_index) lane: u32) {
  let p = columnPlace(groupIndex(group, groups), lane, params.rows, params.columns, params.chunk);
  var mine = Value(0.0);
  for (var row = p.first; row < p.end; row += ROW_STEP) {
    let i = row * params.columns + p.column;
    mine += dy[i] * x[i] * rstd[row];
  }
  let all = columnSum(lane, mine);
  if (lane < COLUMNS && p.first < p.end) { dw[p.line * params.columns + p.column] = all; }
}
