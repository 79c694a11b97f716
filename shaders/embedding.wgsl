// Rows of a table: y[i] = w[tokens[i]]; zeros for a token outside the table. Writes y with =.
// PACKED tables, of 16-bit floats or in blocks, bring what reads them (src/ops/packedReads.ts).
#include <index>
#include <value>
struct Params { count: u32, columns: u32, vocabulary: i32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> tokens: array<i32>;
#if PACKED
@group(0) @binding(2) var<storage, read> w: array<u32>;
#if VEC4
fn weight(i: u32) -> Value { return wVector(i); }
#else
fn weight(i: u32) -> Value { return wOne(i); }
#endif
#else
@group(0) @binding(2) var<storage, read> w: array<Value>;
fn weight(i: u32) -> Value { return w[i]; }
#endif
@group(0) @binding(3) var<storage, read_write> y: array<Value>;

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
           @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i >= params.count) { return; }
  let token = tokens[i / params.columns];
  var value = Value(0.0);
  if (token >= 0 && token < params.vocabulary) { value = weight(u32(token) * params.columns + i % params.columns); }
  y[i] = value;
}
