// Attention of few queries over many keys (generation): a workgroup has one query of one head, its threads share the keys.
// Keys come in blocks: scores, their maximum, the weighted sum of values; blocks are joined by online softmax. Sums have a
// fixed order. Writes o and lse with =. The tiled kernels for many queries are written by src/ops/attentionKernel.ts.
#include <index>
struct Params {
  T: u32, S: u32, heads: u32, kvHeads: u32, causal: u32, window: i32, scale: f32, softcap: f32,
  tiles: u32, first: u32, end: u32,
}
#if VEC4
alias Value = vec4f;
#else
alias Value = f32;
#endif
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<Value>;
@group(0) @binding(2) var<storage, read> k: array<Value>;
@group(0) @binding(3) var<storage, read> v: array<Value>;
@group(0) @binding(4) var<storage, read> segmentsQ: array<i32>;
@group(0) @binding(5) var<storage, read> segmentsK: array<i32>;
@group(0) @binding(6) var<storage, read> start: array<i32>;
@group(0) @binding(7) var<storage, read_write> o: array<Value>;
@group(0) @binding(8) var<storage, read_write> lse: array<f32>;

#if CAPPED
#include <tanh>
#endif

const LANES = 128u;
const BLOCK = 512u;
// Each thread of the value pass has one four of the head and every SHARES-th key.
const SHARES = LANES / FOURS;
const LOG2E = 1.4426950408889634;
const LOWEST = -3.0e38;

var<workgroup> query: array<vec4f, FOURS>;
var<workgroup> weights: array<f32, BLOCK>;
var<workgroup> scratch: array<f32, LANES>;
var<workgroup> eighths: array<f32, 8>;
var<workgroup> sums: array<vec4f, LANES>;

// Four neighbours of a row that begins at `row` heads; zeros past the head's size.
#if VEC4
fn queryFour(row: u32, four: u32) -> vec4f { return q[row * FOURS + four]; }
fn keyFour(row: u32, four: u32) -> vec4f { return k[row * FOURS + four]; }
fn valueFour(row: u32, four: u32) -> vec4f { return v[row * FOURS + four]; }
fn put(row: u32, four: u32, value: vec4f) { o[row * FOURS + four] = value; }
#else
fn queryFour(row: u32, four: u32) -> vec4f {
  var found = vec4f();
  for (var i = 0u; i < 4u; i++) { if (four * 4u + i < SIZE) { found[i] = q[row * SIZE + four * 4u + i]; } }
  return found;
}
fn keyFour(row: u32, four: u32) -> vec4f {
  var found = vec4f();
  for (var i = 0u; i < 4u; i++) { if (four * 4u + i < SIZE) { found[i] = k[row * SIZE + four * 4u + i]; } }
  return found;
}
fn valueFour(row: u32, four: u32) -> vec4f {
  var found = vec4f();
  for (var i = 0u; i < 4u; i++) { if (four * 4u + i < SIZE) { found[i] = v[row * SIZE + four * 4u + i]; } }
  return found;
}
fn put(row: u32, four: u32, value: vec4f) {
  for (var i = 0u; i < 4u; i++) { if (four * 4u + i < SIZE) { o[row * SIZE + four * 4u + i] = value[i]; } }
}
#endif

#if CAPPED
#if VEC4
fn capped(x: f32) -> f32 { return hyperbolicTangent(vec4f(x)).x; }
#else
fn capped(x: f32) -> f32 { return hyperbolicTangent(x); }
#endif
#endif

// Reductions in two steps of a fixed order, since every barrier costs compile time too.
fn largest(lane: u32, mine: f32) -> f32 {
  scratch[lane] = mine;
  workgroupBarrier();
  if (lane < 8u) {
    var most = mine;
    for (var i = lane; i < LANES; i += 8u) { most = max(most, scratch[i]); }
    eighths[lane] = most;
  }
  workgroupBarrier();
  var all = eighths[0];
  for (var i = 1u; i < 8u; i++) { all = max(all, eighths[i]); }
  return all;
}

fn total(lane: u32, mine: f32) -> f32 {
  scratch[lane] = mine;
  workgroupBarrier();
  if (lane < 8u) {
    var sum = 0.0;
    for (var i = lane; i < LANES; i += 8u) { sum += scratch[i]; }
    eighths[lane] = sum;
  }
  workgroupBarrier();
  var all = eighths[0];
  for (var i = 1u; i < 8u; i++) { all += eighths[i]; }
  return all;
}

@compute @workgroup_size(128)
fn decode(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = groupIndex(group, groups) + params.first * params.tiles;
  if (index >= params.end * params.tiles) { return; }
  let owner = index / params.tiles;
  let i = index % params.tiles;
  let b = owner / params.heads;
  let head = owner % params.heads;
  let row = (b * params.T + i) * params.heads + head;
  let keyHead = b * params.S * params.kvHeads + head / (params.heads / params.kvHeads);
  let segment = segmentsQ[b * params.T + i];
  var begin = 0u;
  var finish = params.S;
  if (params.window > 0) { begin = u32(max(0, start[b] + i32(i) - params.window + 1)); }
  if (params.causal != 0u) { finish = min(finish, u32(start[b]) + i + 1u); }
  if (lane < FOURS) { query[lane] = queryFour(row, lane); }
  workgroupBarrier();

  let scale = params.scale * LOG2E; // so that exp2 does
  let four = lane % FOURS;
  let share = lane / FOURS;
  var most = LOWEST;
  var sum = 0.0;
  var acc = vec4f();
  for (var block = begin; block < finish; block += BLOCK) {
    let count = min(BLOCK, finish - block);
    var mine = LOWEST;
    for (var j = lane; j < count; j += LANES) {
      let key = block + j;
      var score = LOWEST;
      if (segmentsK[b * params.S + key] == segment) {
        var products = vec4f();
        for (var d = 0u; d < FOURS; d++) { products = fma(query[d], keyFour(keyHead + key * params.kvHeads, d), products); }
        let product = (products.x + products.y) + (products.z + products.w);
#if CAPPED
        score = LOG2E * params.softcap * capped(product * (params.scale / params.softcap));
#else
        score = scale * product;
#endif
      }
      weights[j] = score;
      mine = max(mine, score);
    }
    let next = max(most, largest(lane, mine));
    let shrink = exp2(most - next);
    most = next;
    sum *= shrink;
    for (var j = lane; j < count; j += LANES) {
      let score = weights[j];
      let weight = select(0.0, exp2(score - most), score > LOWEST);
      weights[j] = weight;
      sum += weight;
    }
    workgroupBarrier();
    acc *= shrink;
    if (share < SHARES) {
      for (var j = share; j < count; j += SHARES) {
        acc = fma(vec4f(weights[j]), valueFour(keyHead + (block + j) * params.kvHeads, four), acc);
      }
    }
    workgroupBarrier();
  }

  let all = total(lane, sum);
  sums[lane] = acc;
  workgroupBarrier();
  if (lane < FOURS) {
    var value = sums[lane];
    for (var s = 1u; s < SHARES; s++) { value += sums[s * FOURS + lane]; }
    put(row, lane, value * select(0.0, 1.0 / all, all > 0.0));
  }
  if (lane == 0u) { lse[owner * params.T + i] = select(0.0, most / LOG2E + log(all), all > 0.0); }
}
