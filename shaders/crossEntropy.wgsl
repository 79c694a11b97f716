// Cross-entropy of rows of logits against target numbers, and its gradient. A workgroup of LANES lanes a row.
// loss = log Σ exp(z − max) + max − z[target], mixed with the mean over all columns by label smoothing.
// With BASE, pull · Σ q (log q − log p) is added, where q is the softmax of the base's logits and p that of these.
// Writes loss with =. With GRADIENT, dlogits holds the logits on entry and is written with =.
#include <index>
#include <value>
#include <rows>
struct Params { rows: u32, columns: u32, smoothing: f32, pull: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> targets: array<i32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
#if GRADIENT
@group(0) @binding(4) var<storage, read_write> dlogits: array<Value>;
fn logit(i: u32) -> Value { return dlogits[i]; }
#else
@group(0) @binding(4) var<storage, read> logits: array<Value>;
fn logit(i: u32) -> Value { return logits[i]; }
#endif
#if BASE
@group(0) @binding(5) var<storage, read> base: array<Value>;
#endif

/** `v` where it holds column `wanted`, 0 elsewhere; `c` counts Values. */
fn pick(v: Value, c: u32, wanted: u32) -> Value {
#if VEC4
  return select(Value(0.0), v, vec4u(c * WIDTH) + vec4u(0u, 1u, 2u, 3u) == vec4u(wanted));
#else
  return select(0.0, v, c == wanted);
#endif
}

@compute @workgroup_size(LANES)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
           @builtin(local_invocation_index) lane: u32) {
  let row = groupIndex(group, groups);
  if (row >= params.rows) { return; }
  let start = row * params.columns;
  if (targets[row] < 0) {
    if (lane == 0u) { loss[row] = 0.0; }
#if GRADIENT
    for (var c = lane; c < params.columns; c += u32(LANES)) { dlogits[start + c] = Value(0.0); }
#endif
    return;
  }

  // One pass: each lane keeps the largest logit so far and the sum of exponentials relative to it.
  let wanted = u32(targets[row]);
  var top = -3.0e38;
  var exponentials = 0.0;
  var plain = 0.0;
  var chosen = 0.0;
  for (var c = lane; c < params.columns; c += u32(LANES)) {
    let z = logit(start + c);
    let higher = max(top, largest(z));
    exponentials = exponentials * exp(top - higher) + addUp(exp(z - higher));
    top = higher;
    plain += addUp(z);
    chosen += addUp(pick(z, c, wanted));
  }
  let peak = rowMax(lane, top);
  let mass = rowSum(lane, exponentials * exp(top - peak));
  let width = f32(params.columns * WIDTH);
  let average = rowSum(lane, plain) / width;
  let aim = rowSum(lane, chosen);
  var total = log(mass) + (1.0 - params.smoothing) * (peak - aim) + params.smoothing * (peak - average);
#if BASE
  var baseTop = -3.0e38;
  var baseExponentials = 0.0;
  for (var c = lane; c < params.columns; c += u32(LANES)) {
    let z = base[start + c];
    let higher = max(baseTop, largest(z));
    baseExponentials = baseExponentials * exp(baseTop - higher) + addUp(exp(z - higher));
    baseTop = higher;
  }
  let basePeak = rowMax(lane, baseTop);
  let baseMass = rowSum(lane, baseExponentials * exp(baseTop - basePeak));
  // Logits less their peak on both sides, so that what is subtracted stays small.
  var apart = 0.0;
  for (var c = lane; c < params.columns; c += u32(LANES)) {
    let z = base[start + c] - basePeak;
    apart += addUp(exp(z) * (z - (logit(start + c) - peak)));
  }
  let divergence = rowSum(lane, apart) / baseMass + log(mass / baseMass);
  total += params.pull * divergence;
#endif
  if (lane == 0u) { loss[row] = total; }
#if GRADIENT
  // Every lane rewrites the elements that it alone has read.
  for (var c = lane; c < params.columns; c += u32(LANES)) {
    var share = exp(logit(start + c) - peak) / mass;
#if BASE
    share += params.pull * (share - exp(base[start + c] - basePeak) / baseMass);
#endif
    share -= params.smoothing / width;
    dlogits[start + c] = scale[0] * (share - pick(Value(1.0 - params.smoothing), c, wanted));
  }
#endif
}
