// y = act(x), element by element: the activation functions of the model families, named as in their configurations.
// GELU: https://arxiv.org/abs/1606.08415 · SiLU: https://arxiv.org/abs/1702.03118
import shader from '../../shaders/activation.wgsl?raw'
import { elements } from '../graph/layout.ts'
import { defineOp } from '../graph/op.ts'
import { requireShape } from '../graph/require.ts'
import { sizeOf } from '../graph/shape.ts'

/** `gelu` is exact (erf), `gelu_new` its tanh form. */
export const ACTIVATIONS = ['relu', 'silu', 'gelu', 'gelu_new', 'quick_gelu', 'tanh', 'sigmoid'] as const
export type Activation = (typeof ACTIVATIONS)[number]
export type ActivationAttrs = { readonly kind: Activation }

/** The numbers by which shaders/lib/activation.wgsl tells the kinds apart, and which one is meant. */
export const activationDefines = (kind: Activation): Record<string, number> => ({
  KIND: ACTIVATIONS.indexOf(kind),
  ...Object.fromEntries(ACTIVATIONS.map((name, i) => [name.toUpperCase(), i])),
})

/** erf to double precision: the series of positive terms 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (1·3·5·…·(2n+1)). */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x)
  let term = x
  let total = x
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) total += term *= (2 * x * x) / (2 * n + 1)
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const sigmoidSlope = (x: number): number => sigmoid(x) * sigmoid(-x)
const inner = (x: number): number => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)
const innerSlope = (x: number): number => Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x ** 2)

interface Meaning {
  readonly value: (x: number) => number
  readonly slope: (x: number) => number
}
/** What each kind means, in double precision. */
export const activations: Readonly<Record<Activation, Meaning>> = {
  relu: { value: (x) => Math.max(x, 0), slope: (x) => (x > 0 ? 1 : 0) },
  silu: { value: (x) => x * sigmoid(x), slope: (x) => sigmoid(x) + x * sigmoidSlope(x) },
  gelu: {
    value: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
    slope: (x) => 0.5 * (1 + erf(x / Math.SQRT2)) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI),
  },
  gelu_new: {
    value: (x) => 0.5 * x * (1 + Math.tanh(inner(x))),
    slope: (x) => 0.5 * (1 + Math.tanh(inner(x))) + 0.5 * x * (1 - Math.tanh(inner(x)) ** 2) * innerSlope(x),
  },
  quick_gelu: {
    value: (x) => x * sigmoid(1.702 * x),
    slope: (x) => sigmoid(1.702 * x) + 1.702 * x * sigmoidSlope(1.702 * x),
  },
  tanh: { value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  sigmoid: { value: sigmoid, slope: sigmoidSlope },
}

/** From far below to far above every function's bend, through its steps; no element is near relu's kink at 0. */
const ramp = (count: number, reach: number) => (i: number) => reach * ((2 * i + 1.1) / count - 1)

export const activation = defineOp<ActivationAttrs>({
  name: 'activation',
  light: true,
  inputs: ['x'],
  outputs: ['y'],
  shape: ({ x }) => ({ y: x.shape }),
  dispatch: ({ y }, { kind }) => {
    const { workgroups, params, defines } = elements(sizeOf(y.shape))
    return [{ shader, entry: 'forward', workgroups, params, defines: { ...defines, ...activationDefines(kind) } }]
  },
  backward: (g, { inputs: { x }, attrs }, { y: dy }) => ({ x: activationBackward(g, { x, dy }, attrs).dx }),
  reference: ({ x }, { y }, _sizes, { kind }) => {
    for (let i = 0; i < y.length; i++) y[i] = activations[kind].value(x[i])
  },
  cases: ACTIVATIONS.flatMap((kind) => [
    { name: `${kind} [3,5]`, inputs: { x: { shape: [3, 5] } }, attrs: { kind } },
    { name: `${kind} [4,8]`, inputs: { x: { shape: [4, 8], fill: ramp(32, 6) } }, attrs: { kind } },
    { name: `${kind} near zero`, inputs: { x: { shape: [77], fill: ramp(77, 1e-3) } }, attrs: { kind }, differentiate: [] },
    { name: `${kind} [17,257]`, inputs: { x: { shape: [17, 257], fill: ramp(4369, 12) } }, attrs: { kind }, differentiate: [] },
    { name: `${kind} of huge x`, inputs: { x: { shape: [64], fill: ramp(64, 1e30) } }, attrs: { kind }, differentiate: [] },
  ]),
})

export const activationBackward = defineOp<ActivationAttrs>({
  name: 'activationBackward',
  inputs: ['x', 'dy'],
  outputs: ['dx'],
  shape: ({ x, dy }) => {
    requireShape('activationBackward', 'dy', x.shape, dy.shape)
    return { dx: x.shape }
  },
  dispatch: ({ dx }, { kind }) => {
    const { workgroups, params, defines } = elements(sizeOf(dx.shape))
    return [{ shader, entry: 'backward', workgroups, params, defines: { ...defines, ...activationDefines(kind) } }]
  },
  reference: ({ x, dy }, { dx }, _sizes, { kind }) => {
    for (let i = 0; i < dx.length; i++) dx[i] = dy[i] * activations[kind].slope(x[i])
  },
  cases: ACTIVATIONS.flatMap((kind) => [
    { name: `${kind} [3,5]`, inputs: { x: { shape: [3, 5] }, dy: { shape: [3, 5] } }, attrs: { kind } },
    {
      name: `${kind} [17,257]`,
      inputs: { x: { shape: [17, 257], fill: ramp(4369, 12) }, dy: { shape: [17, 257], fill: () => 1 } },
      attrs: { kind },
    },
    {
      name: `${kind} of huge x`,
      inputs: { x: { shape: [64], fill: ramp(64, 1e30) }, dy: { shape: [64], fill: () => 1 } },
      attrs: { kind },
    },
  ]),
})
