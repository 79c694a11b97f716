// One AdamW update of all trainable tensors at once, after global-norm clipping. https://arxiv.org/abs/1711.05101
// hyper: [learning rate, β₁, β₂, ε, 1/(1−β₁ᵗ), 1/√(1−β₂ᵗ), largest norm or 0, 0]; groups: [rate factor, decay] each.
import shader from '../../shaders/adamw.wgsl?raw'
import { defineOp } from '../graph/op.ts'
import { grid, sizeOf } from '../graph/shape.ts'

const BLOCK = 64

export const adamw = defineOp({
  name: 'adamw',
  inputs: ['hyper', 'norm', 'blocks', 'groups', 'value', 'gradient', 'm', 'v'],
  outputs: [],
  updates: ['value', 'gradient', 'm', 'v'],
  shape: () => ({}),
  dispatch: ({ value }) => {
    const count = sizeOf(value.shape)
    return [{ shader, entry: 'update', workgroups: grid(count, 256), params: { count } }]
  },
  reference({ hyper, norm, blocks, groups, value, gradient, m, v }) {
    const [lr, beta1, beta2, eps, fix1, fix2, largest] = hyper
    const clip = largest > 0 ? Math.min(1, largest / (norm[0] + 1e-6)) : 1
    for (let i = 0; i < value.length; i++) {
      const group = blocks[Math.floor(i / BLOCK)] * 2
      const rate = lr * groups[group]
      const g = gradient[i] * clip
      m[i] = beta1 * m[i] + (1 - beta1) * g
      v[i] = beta2 * v[i] + (1 - beta2) * g * g
      value[i] = value[i] * (1 - rate * groups[group + 1]) - (rate * fix1 * m[i]) / (Math.sqrt(v[i]) * fix2 + eps)
      gradient[i] = 0
    }
  },
  cases: [64, 192, 1024, 70_016].map((n) => ({
    name: `${n} elements${n > 64 ? ', two groups' : ', no clipping'}`,
    inputs: {
      hyper: { shape: [8], fill: (i) => [0.01, 0.9, 0.999, 1e-8, 1 / (1 - 0.9 ** 3), 1 / Math.sqrt(1 - 0.999 ** 3), n > 64 ? 1 : 0, 0][i] },
      norm: { shape: [1], fill: () => Math.sqrt(n) },
      blocks: { shape: [n / BLOCK], dtype: 'u32' as const, fill: (i) => (n > 64 ? i % 2 : 0) },
      groups: { shape: [4], fill: (i) => [1, 0.1, 16, 0][i] },
      value: { shape: [n] },
      gradient: { shape: [n] },
      m: { shape: [n], fill: (i) => Math.sin(i) * 0.1 },
      v: { shape: [n], fill: (i) => 0.5 + 0.4 * Math.cos(i) },
    },
    attrs: {},
    // ε and 1 − β₂ are themselves rounded to f32 before they meet.
    tolerance: 1e-5,
  })),
})
