// Four words of random bits from four words. pcg4d of M. Jarzynski and M. Olano with one more round (src/ops/dropout.ts):
// https://jcgt.org/published/0009/03/02/
fn pcg4d(words: vec4u) -> vec4u {
  var v = words * 1664525u + 1013904223u;
  for (var round = 0u; round < 3u; round++) {
    if (round > 0u) { v ^= v >> vec4u(16u); }
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
  }
  return v;
}
