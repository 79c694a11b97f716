// x[n] = Σ y[r] over all r with rows[r] = n, in the order of r. No atomics on floats: the first r that names a row adds up
// all of them. clear writes x with =; put and putAlone write x with +=, and no two workgroups write the same row.
#include <index>
#include <value>
struct Params { count: u32, columns: u32, total: i32, skip: i32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> y: array<Value>;
@group(0) @binding(2) var<storage, read> rows: array<i32>;
@group(0) @binding(3) var<storage, read_write> x: array<Value>;

/** Whether an earlier r names the same row. */
var<workgroup> earlier: atomic<u32>;
/** One bit for each of 256 consecutive r: names the same row. */
var<workgroup> matches: array<atomic<u32>, 8>;

@compute @workgroup_size(256)
fn clear(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
         @builtin(local_invocation_index) lane: u32) {
  let i = groupIndex(group, groups) * 256u + lane;
  if (i < params.count) { x[i] = Value(0.0); }
}

@compute @workgroup_size(256)
fn put(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
       @builtin(local_invocation_index) lane: u32) {
  let mine = groupIndex(group, groups);
  if (mine >= params.count) { return; }
  let row = rows[mine];
  if (row < 0 || row >= params.total || row == params.skip) { return; }
  for (var r = lane; r < mine; r += 256u) {
    if (rows[r] == row) { atomicStore(&earlier, 1u); }
  }
  workgroupBarrier();
  let first = atomicLoad(&earlier) == 0u;

  for (var tile = mine - mine % 256u; tile < params.count; tile += 256u) {
    if (lane < 8u) { atomicStore(&matches[lane], 0u); }
    workgroupBarrier();
    let r = tile + lane;
    if (r >= mine && r < params.count && rows[r] == row) { atomicOr(&matches[lane / 32u], 1u << (lane % 32u)); }
    workgroupBarrier();
    if (first) { addTile(tile, u32(row) * params.columns, lane); }
    workgroupBarrier();
  }
}

/** The same without barriers, for software adapters: a lane a row. */
@compute @workgroup_size(32)
fn putAlone(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let mine = groupIndex(group, groups) * 32u + lane;
  if (mine >= params.count) { return; }
  let row = rows[mine];
  if (row < 0 || row >= params.total || row == params.skip) { return; }
  for (var r = 0u; r < mine; r++) { if (rows[r] == row) { return; } }
  for (var r = mine; r < params.count; r++) {
    if (rows[r] != row) { continue; }
    for (var c = 0u; c < params.columns; c++) { x[u32(row) * params.columns + c] += y[r * params.columns + c]; }
  }
}

fn addTile(tile: u32, start: u32, lane: u32) {
  var some = 0u;
  for (var word = 0u; word < 8u; word++) { some |= atomicLoad(&matches[word]); }
  if (some == 0u) { return; }
  for (var c = lane; c < params.columns; c += 256u) {
    var all = Value(0.0);
    for (var word = 0u; word < 8u; word++) {
      for (var bits = atomicLoad(&matches[word]); bits != 0u; bits &= bits - 1u) {
        all += y[(tile + word * 32u + countTrailingZeros(bits)) * params.columns + c];
      }
    }
    x[start + c] += all;
  }
}
