// y = act(gate) · up, element by element: SwiGLU and its kin, https://arxiv.org/abs/2002.05202
import shader from '../../shaders/gatedActivation.wgsl?raw'
import { elements } from '../graph/layout.ts'
import { defineOp } from '../graph/op.ts'
import { requireShape } from '../graph/require.ts'
import { sizeOf } from '../graph/shape.ts'
import { ACTIVATIONS, activationDefines, activations, type ActivationAttrs } from './activation.ts'

export const gatedActivation = defineOp<ActivationAttrs>({
  name: 'gatedActivation',
  light: true,
  inputs: ['gate', 'up'],
  outputs: ['y'],
  shape: ({ gate, up }) => {
    requireShape('gatedActivation', 'up', gate.shape, up.shape)
    return { y: gate.shape }
  },
  dispatch: ({ y }, { kind }) => {
    const { workgroups, params, defines } = elements(sizeOf(y.shape))
    return [{ shader, entry: 'forward', workgroups, params, defines: { ...defines, ...activationDefines(kind) } }]
  },
  backward: (g, { inputs: { gate, up }, attrs }, { y: dy }, needs) => {
    const { dgate, dup } = gatedActivationBackward(g, { gate, up, dy }, attrs)
    return { ...(needs.has('gate') && { gate: dgate }), ...(needs.has('up') && { up: dup }) }
  },
  reference: ({ gate, up }, { y }, _sizes, { kind }) => {
    for (let i = 0; i < y.length; i++) y[i] = activations[kind].value(gate[i]) * up[i]
  },
  cases: [
    ...ACTIVATIONS.map((kind) => ({
      name: `${kind} [3,5]`,
      inputs: { gate: { shape: [3, 5] }, up: { shape: [3, 5] } },
      attrs: { kind },
    })),
    ...[
      [1, 1],
      [17, 33],
      [200, 64],
    ].map((shape) => ({
      name: `silu [${shape}]`,
      inputs: { gate: { shape }, up: { shape } },
      attrs: { kind: 'silu' as const },
      differentiate: [],
    })),
  ],
})

export const gatedActivationBackward = defineOp<ActivationAttrs>({
  name: 'gatedActivationBackward',
  inputs: ['gate', 'up', 'dy'],
  outputs: ['dgate', 'dup'],
  shape: ({ gate, up, dy }) => {
    requireShape('gatedActivationBackward', 'up', gate.shape, up.shape)
    requireShape('gatedActivationBackward', 'dy', gate.shape, dy.shape)
    return { dgate: gate.shape, dup: up.shape }
  },
  dispatch: ({ dgate }, { kind }) => {
    const { workgroups, params, defines } = elements(sizeOf(dgate.shape))
    return [{ shader, entry: 'backward', workgroups, params, defines: { ...defines, ...activationDefines(kind) } }]
  },
  reference: ({ gate, up, dy }, { dgate, dup }, _sizes, { kind }) => {
    for (let i = 0; i < dgate.length; i++) {
      dgate[i] = dy[i] * up[i] * activations[kind].slope(gate[i])
      dup[i] = dy[i] * activations[kind].value(gate[i])
    }
  },
  cases: [
    ...ACTIVATIONS.map((kind) => ({
      name: `${kind} [3,5]`,
      inputs: { gate: { shape: [3, 5] }, up: { shape: [3, 5] }, dy: { shape: [3, 5] } },
      attrs: { kind },
    })),
    ...[
      [1, 1],
      [17, 33],
      [200, 64],
    ].map((shape) => ({
      name: `silu [${shape}]`,
      inputs: { gate: { shape }, up: { shape }, dy: { shape } },
      attrs: { kind: 'silu' as const },
    })),
  ],
})
