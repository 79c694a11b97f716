// Value is what one load brings: four floats where the sizes allow it (VEC4), else one. A kernel is written once for both.
#if VEC4
alias Value = vec4f;
const WIDTH = 4u;
fn addUp(v: Value) -> f32 { return (v.x + v.y) + (v.z + v.w); }
fn largest(v: Value) -> f32 { return max(max(v.x, v.y), max(v.z, v.w)); }
#else
alias Value = f32;
const WIDTH = 1u;
fn addUp(v: Value) -> f32 { return v; }
fn largest(v: Value) -> f32 { return v; }
#endif
