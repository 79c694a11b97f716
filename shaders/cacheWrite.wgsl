// Rows of x to their places in the cache. Writes those of cache with = and leaves the others.
#include <index>
#include <value>
struct Params { count: u32, columns: u32, length: u32, capacity: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> start: array<i32>;
@group(0) @binding(3) var<storage, read_write> cache: array<Value>;

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i >= params.count) { return; }
  let row = i / params.columns;
  let b = row / params.length;
  let place = u32(start[b]) + row % params.length;
  if (place >= params.capacity) { return; }
  cache[(b * params.capacity + place) * params.columns + i % params.columns] = x[i];
}
