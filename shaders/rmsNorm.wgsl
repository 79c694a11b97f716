// Root-mean-square norm of rows: y = x · rstd · (w + offset), rstd = 1 / √(mean(x²) + eps). https://arxiv.org/abs/1910.07467
// With n = x · rstd and d = dy · (w + offset): dx = rstd · (d − n · mean(d · n)).
// forward writes y and rstd with =; backward writes dx with =.
#include <index>
#include <value>
#include <rows>
struct Params { rows: u32, columns: u32, eps: f32, offset: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> w: array<Value>;
@group(0) @binding(3) var<storage, read> dy: array<Value>;
@group(0) @binding(4) var<storage, read_write> y: array<Value>;
@group(0) @binding(5) var<storage, read_write> rstd: array<f32>;
@group(0) @binding(6) var<storage, read_write> dx: array<Value>;

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
           @builtin(local_invocation_index) lane: u32) {
  let row = groupIndex(group, groups) * (256u / LANES) + lane / LANES;
  // Lanes past the last row repeat it and write nothing: all must reach the barriers.
  let start = min(row, params.rows - 1u) * params.columns;
  var squares = Value(0.0);
  for (var c = lane % LANES; c < params.columns; c += LANES) {
    let v = x[start + c];
    squares += v * v;
  }
  let r = inverseSqrt(rowSum(lane, addUp(squares)) / f32(params.columns * WIDTH) + params.eps);
  if (row >= params.rows) { return; }
  for (var c = lane % LANES; c < params.columns; c += LANES) {
    y[start + c] = x[start + c] * r * (w[c] + params.offset);
  }
  if (lane % LANES == 0u) { rstd[row] = r; }
}

@compute @workgroup_size(256)
fn backward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
            @builtin(local_invocation_index) lane: u32) {
  let row = groupIndex(group, groups) * (256u / LANES) + lane / LANES;
  let start = min(row, params.rows - 1u) * params.columns;
  let r = rstd[min(row, params.rows - 1u)];
  var products = Value(0.0);
  for (var c = lane % LANES; c < params.columns; c += LANES) {
    products += dy[start + c] * (w[c] + params.offset) * (x[start + c] * r);
  }
  let slope = rowSum(lane, addUp(products)) / f32(params.columns * WIDTH);
  if (row >= params.rows) { return; }
  for (var c = lane % LANES; c < params.columns; c += LANES) {
    dx[start + c] = r * (dy[start + c] * (w[c] + params.offset) - x[start + c] * r * slope);
  }
}
