// Linear workgroup number of a grid folded into two dimensions (src/graph/shape.ts: grid).
fn groupIndex(group: vec3u, groups: vec3u) -> u32 {
  return group.y * groups.x + group.x;
}
