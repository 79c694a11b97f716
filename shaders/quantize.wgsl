// Brings a piece of a matrix into blocks of 64: a lane for each block finds its largest magnitude, then 64 codes. `codeOf` comes
// from src/engine/quantizer.ts. Writes y's codes with =, and scales into y, or into `scales` where these are quantised in turn.
// X_F32, X_F16 or X_BF16 says how the piece is stored; past its last element are zeros. BITS of a code, 8 or 4; CODES is where they begin.
#include <index>
struct Params { count: u32, blocks: u32, first: u32, scales: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
#if NESTED
@group(0) @binding(3) var<storage, read_write> scales: array<f32>;
#endif

fn element(i: u32) -> f32 {
#if X_F32
  let value = bitcast<f32>(x[i]);
#else
#if X_F16
  let value = unpack2x16float(x[i / 2u])[i % 2u];
#else
  let value = bitcast<f32>(select(x[i / 2u] << 16u, x[i / 2u] & 0xffff0000u, i % 2u == 1u));
#endif
#endif
  return select(0.0, value, i < params.count);
}

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let block = groupIndex(group, groups) * 64u + lane;
  if (block >= params.blocks) { return; }
  var most = 0.0;
  for (var i = 0u; i < 64u; i++) { most = max(most, abs(element(block * 64u + i))); }
  let scale = most * STEP;
  let at = params.first + block;
#if NESTED
  scales[at] = scale;
#else
  y[params.scales + at] = bitcast<u32>(scale);
#endif
  let perWord = 32u / BITS;
  for (var word = 0u; word < 64u / perWord; word++) {
    var codes = 0u;
    for (var i = 0u; i < perWord; i++) {
      codes |= codeOf(element(block * 64u + word * perWord + i), scale) << (i * BITS);
    }
    y[CODES + at * (64u / perWord) + word] = codes;
  }
}
