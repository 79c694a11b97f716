// Rows of a table: y[i] = w[tokens[i]]; zeros for a token outside the table. Writes y with =.
// W_F16 and W_BF16 tables hold two elements in a word, the first in the lower half; those in BLOCKS bring what reads them.
#include <index>
#include <value>
struct Params { count: u32, columns: u32, vocabulary: i32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> tokens: array<i32>;
#if PACKED
@group(0) @binding(2) var<storage, read> w: array<u32>;
#else
@group(0) @binding(2) var<storage, read> w: array<Value>;
#endif
@group(0) @binding(3) var<storage, read_write> y: array<Value>;

#if PACKED
#if BLOCKS
#if VEC4
fn weight(i: u32) -> Value { return wVector(i); }
#else
fn weight(i: u32) -> Value { return wOne(i); }
#endif
#else
#if W_F16
fn widen(word: u32) -> vec2f { return unpack2x16float(word); }
#else
fn widen(word: u32) -> vec2f { return bitcast<vec2f>(vec2u(word << 16u, word & 0xffff0000u)); }
#endif
#if VEC4
fn weight(i: u32) -> Value { return vec4f(widen(w[2u * i]), widen(w[2u * i + 1u])); }
#else
fn weight(i: u32) -> Value { return widen(w[i / 2u])[i % 2u]; }
#endif
#endif
#else
fn weight(i: u32) -> Value { return w[i]; }
#endif

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
