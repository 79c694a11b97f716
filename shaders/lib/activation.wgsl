// Activation functions and their derivatives; KIND and the names it is compared with come from src/ops/activation.ts.
// Arguments are clamped where a driver's exp could overflow: some answer NaN instead of infinity.

// 1 / (1 + e^-x) from e^-|x|, which cannot overflow and keeps the lower tail exact.
fn sigmoid(x: Value) -> Value {
  let e = exp(-min(abs(x), Value(100.0)));
  return select(e, Value(1.0), x >= Value(0.0)) / (1.0 + e);
}
fn sigmoidSlope(x: Value) -> Value {
  let e = exp(-min(abs(x), Value(100.0)));
  return e / ((1.0 + e) * (1.0 + e));
}

#include <tanh>

// Φ(x) = (1 + erf(x/√2)) / 2 through the upper tail Q(|x|), so that large negative x keep their relative accuracy.
// Minimax polynomials of N. Juffa's erff (1 ulp): https://stackoverflow.com/a/35148199
fn normalCdf(x: Value) -> Value {
  let t = min(abs(x) * 0.70710678118, Value(9.0));
  let s = t * t;
  let near = t + t * (1.28379166e-1 + s * (-3.76125336e-1 + s * (1.12819925e-1 + s * (-2.67681349e-2
    + s * (4.99119423e-3 - s * 5.96761703e-4)))));
  let high = 3.83197126e-4 - 1.72853470e-5 * t;
  let low = 2.42546219e-2 - 3.88396438e-3 * t;
  let far = exp(t * (-1.0 + (-1.28717512e-1 + t * (-6.34846687e-1 + t * (-1.06777877e-1 + t * (low + s * high))))));
  let tail = 0.5 * select(1.0 - near, far, t > Value(0.927734375));
  return select(tail, 1.0 - tail, x > Value(0.0));
}
fn normalDensity(x: Value) -> Value {
  let t = min(abs(x), Value(14.0));
  return 0.39894228040 * exp(-0.5 * t * t);
}

// GELU's tanh form is x · sigmoid(2u), because (1 + tanh u) / 2 is a sigmoid. Clamped: beyond it the sigmoid is 0 or 1.
const GELU_SCALE = 1.59576912161; // 2 √(2/π)
fn geluInner(x: Value) -> Value {
  let t = clamp(x, Value(-12.0), Value(12.0));
  return GELU_SCALE * t * (1.0 + 0.044715 * t * t);
}
fn geluInnerSlope(x: Value) -> Value {
  let t = clamp(x, Value(-12.0), Value(12.0));
  return GELU_SCALE * (1.0 + 0.134145 * t * t);
}

fn activate(x: Value) -> Value {
  if (KIND == SILU) { return x * sigmoid(x); }
  if (KIND == GELU) { return x * normalCdf(x); }
  if (KIND == GELU_NEW) { return x * sigmoid(geluInner(x)); }
  if (KIND == QUICK_GELU) { return x * sigmoid(1.702 * x); }
  if (KIND == TANH) { return hyperbolicTangent(x); }
  if (KIND == SIGMOID) { return sigmoid(x); }
  return max(x, Value(0.0));
}

fn activateSlope(x: Value) -> Value {
  if (KIND == SILU) { return sigmoid(x) + x * sigmoidSlope(x); }
  if (KIND == GELU) { return normalCdf(x) + x * normalDensity(x); }
  if (KIND == GELU_NEW) { return sigmoid(geluInner(x)) + x * sigmoidSlope(geluInner(x)) * geluInnerSlope(x); }
  if (KIND == QUICK_GELU) { return sigmoid(1.702 * x) + 1.702 * x * sigmoidSlope(1.702 * x); }
  if (KIND == TANH) { return 4.0 * sigmoidSlope(2.0 * x); }
  if (KIND == SIGMOID) { return sigmoidSlope(x); }
  return select(Value(0.0), Value(1.0), x > Value(0.0));
}
