// Running means of |value · gradient| and of its deviation from them, over flat buffers; AdaLoRA, https://arxiv.org/abs/2303.10512
// Updates sensitivity and uncertainty in place, in the steps before `end`; the gradient counts as the optimizer clipped it.
#include <index>
struct Params { count: u32, beta1: f32, beta2: f32, end: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> step: array<f32>;
// As AdamW reads it: place 6 is the largest gradient norm or 0.
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
@group(0) @binding(3) var<storage, read> norm: array<f32>;
@group(0) @binding(4) var<storage, read> value: array<f32>;
@group(0) @binding(5) var<storage, read> gradient: array<f32>;
@group(0) @binding(6) var<storage, read_write> sensitivity: array<f32>;
@group(0) @binding(7) var<storage, read_write> uncertainty: array<f32>;

@compute @workgroup_size(256)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, grid) * 256u + lane;
  if (i >= params.count || step[0] >= params.end) { return; }
  var clip = 1.0;
  if (hyper[6] > 0.0) { clip = min(1.0, hyper[6] / (norm[0] + 1e-6)); }
  let now = abs(value[i] * (gradient[i] * clip));
  let mean = params.beta1 * sensitivity[i] + (1.0 - params.beta1) * now;
  sensitivity[i] = mean;
  uncertainty[i] = params.beta2 * uncertainty[i] + (1.0 - params.beta2) * abs(now - mean);
}
