// Layer norm of rows: n = (x − mean) · rstd, y = n · w + b, rstd = 1 / √(var(x) + eps). https://arxiv.org/abs/1607.06450
// With d = dy · w: dx = rstd · (d − mean(d) − n · mean(d · n)).
// forward writes y, mean and rstd with =; backward writes dx with =.
#include <index>
#include <value>
#include <rows>
struct Params { rows: u32, columns: u32, eps: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> w: array<Value>;
#if BIAS
@group(0) @binding(3) var<storage, read> b: array<Value>;
fn shifted(v: Value, c: u32) -> Value { return v + b[c]; }
#else
fn shifted(v: Value, c: u32) -> Value { return v; }
#endif
@group(0) @binding(4) var<storage, read> dy: array<Value>;
@group(0) @binding(5) var<storage, read_write> y: array<Value>;
@group(0) @binding(6) var<storage, read_write> mean: array<f32>;
@group(0) @binding(7) var<storage, read_write> rstd: array<f32>;
@group(0) @binding(8) var<storage, read_write> dx: array<Value>;

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
           @builtin(local_invocation_index) lane: u32) {
  let row = groupIndex(group, groups) * (256u / LANES) + lane / LANES;
  // Lanes past the last row repeat it and write nothing: all must reach the barriers.
  let start = min(row, params.rows - 1u) * params.columns;
  let width = f32(params.columns * WIDTH);
  // Distances from a number near the row's mean: a mean far from zero costs no digits.
  let near = addUp(x[start]) / f32(WIDTH);
  var distances = Value(0.0);
  for (var c = lane % LANES; c < params.columns; c += LANES) { distances += x[start + c] - near; }
  let further = rowSum(lane, addUp(distances)) / width;
  var squares = Value(0.0);
  for (var c = lane % LANES; c < params.columns; c += LANES) {
    let d = (x[start + c] - near) - further;
    squares += d * d;
  }
  let r = inverseSqrt(rowSum(lane, addUp(squares)) / width + params.eps);
  if (row >= params.rows) { return; }
  for (var c = lane % LANES; c < params.columns; c += LANES) {
    y[start + c] = shifted(((x[start + c] - near) - further) * r * w[c], c);
  }
  if (lane % LANES == 0u) {
    mean[row] = near + further;
    rstd[row] = r;
  }
}

@compute @workgroup_size(256)
fn backward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
            @builtin(local_invocation_index) lane: u32) {
  let row = groupIndex(group, groups) * (256u / LANES) + lane / LANES;
  let start = min(row, params.rows - 1u) * params.columns;
  let width = f32(params.columns * WIDTH);
  let m = mean[min(row, params.rows - 1u)];
  let r = rstd[min(row, params.rows - 1u)];
  var plain = Value(0.0);
  var products = Value(0.0);
  for (var c = lane % LANES; c < params.columns; c += LANES) {
    let d = dy[start + c] * w[c];
    plain += d;
    products += d * (x[start + c] - m) * r;
  }
  let level = rowSum(lane, addUp(plain)) / width;
  let slope = rowSum(lane, addUp(products)) / width;
  if (row >= params.rows) { return; }
  for (var c = lane % LANES; c < params.columns; c += LANES) {
    dx[start + c] = r * (dy[start + c] * w[c] - level - (x[start + c] - m) * r * slope);
  }
}
