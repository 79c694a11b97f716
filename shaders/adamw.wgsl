// AdamW over flat buffers, after global-norm clipping; https://arxiv.org/abs/1711.05101 as torch.optim.AdamW computes it.
// Updates value, gradient (to zero, for the next accumulation), m and v in place.
#include <index>
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
// Rows of [learning rate, beta1, beta2, epsilon, 1 / (1 - beta1^t), 1 / sqrt(1 - beta2^t), largest norm or 0, unused].
@group(0) @binding(1) var<storage, read> hyper: array<f32>;
@group(0) @binding(2) var<storage, read> norm: array<f32>;
// Group of every block of 64 elements; [learning-rate factor, weight decay, row of hyper] of every group. Tensors with
// factor 0 do not train: nothing of theirs changes, their moments included.
@group(0) @binding(3) var<storage, read> blocks: array<u32>;
@group(0) @binding(4) var<storage, read> groups: array<f32>;
@group(0) @binding(5) var<storage, read_write> value: array<f32>;
@group(0) @binding(6) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(7) var<storage, read_write> m: array<f32>;
@group(0) @binding(8) var<storage, read_write> v: array<f32>;

@compute @workgroup_size(256)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, grid) * 256u + lane;
  if (i >= params.count) { return; }
  let settings = blocks[i / 64u] * 3u;
  if (groups[settings] == 0.0) {
    gradient[i] = 0.0;
    return;
  }
  let row = u32(groups[settings + 2u]) * 8u;
  let rate = hyper[row] * groups[settings];
  let decay = groups[settings + 1u];
  var clip = 1.0;
  if (hyper[row + 6u] > 0.0) { clip = min(1.0, hyper[row + 6u] / (norm[0] + 1e-6)); }
  let g = gradient[i] * clip;
  let first = hyper[row + 1u] * m[i] + (1.0 - hyper[row + 1u]) * g;
  let second = hyper[row + 2u] * v[i] + (1.0 - hyper[row + 2u]) * g * g;
  m[i] = first;
  v[i] = second;
  value[i] = value[i] * (1.0 - rate * decay) - rate * hyper[row + 4u] * first / (sqrt(second) * hyper[row + 5u] + hyper[row + 3u]);
  gradient[i] = 0.0;
}
