// tanh in full float precision, which WGSL does not promise, over whatever Value is.
// Near zero the odd polynomial of Cephes (tanhf), where the quotient would cancel.
fn hyperbolicTangent(x: Value) -> Value {
  let t = min(abs(x), Value(15.0));
  let s = t * t;
  let near = t + t * s * (-3.33332819422e-1 + s * (1.33314422036e-1 + s * (-5.37397155531e-2
    + s * (2.06390887954e-2 - s * 5.70498872745e-3))));
  let size = select(near, 1.0 - 2.0 / (exp(2.0 * t) + 1.0), t > Value(0.625));
  return select(size, -size, x < Value(0.0));
}
