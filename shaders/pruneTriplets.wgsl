// Keeps the triplets with the highest scores: value[e] = 0 for the others, where the schedule says so.
// Updates value and pruned in place. A lane for each triplet; its rank is the number of scores below its own.
#include <index>
struct Params { count: u32, steps: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> step: array<f32>;
// Of each step: how many triplets to prune, -1 for none now, -2 for those of last time again.
@group(0) @binding(2) var<storage, read> schedule: array<i32>;
@group(0) @binding(3) var<storage, read> triplets: array<i32>;
@group(0) @binding(4) var<storage, read> scores: array<f32>;
@group(0) @binding(5) var<storage, read_write> value: array<f32>;
@group(0) @binding(6) var<storage, read_write> pruned: array<f32>;

@compute @workgroup_size(64)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let t = groupIndex(group, grid) * 64u + lane;
  if (t >= params.count) { return; }
  let most = schedule[min(u32(step[0]), params.steps - 1u)];
  if (most == -1) { return; }
  if (most >= 0) {
    let own = scores[t];
    var below = 0;
    for (var j = 0u; j < params.count; j++) { below += select(0, 1, scores[j] < own); }
    pruned[t] = select(0.0, 1.0, below < most);
  }
  if (pruned[t] > 0.0) { value[triplets[t * 8u + 2u]] = 0.0; }
}
