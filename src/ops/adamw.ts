// One AdamW update of all trainable tensors at once, after global-norm clipping. https://arxiv.org/abs/1711.05101
// hyper: rows of [learning rate, β₁, β₂, ε, 1/(1−β₁ᵗ), 1/√(1−β₂ᵗ), largest norm or 0, 0]; groups: [rate factor, decay, row
// of hyper] each. Tensors that began to train later count their updates t from then, as torch does, in a row of their own;
// with rate factor 0 a tensor does not train and nothing of it changes.
import shader from '../../shaders/adamw.wgsl?raw'
import { defineOp } from '../graph/op.ts'
import { grid, sizeOf } from '../graph/shape.ts'

/** Elements of a flat buffer that share a group: 256 bytes, where WebGPU lets a binding begin. */
export const BLOCK = 64
export const HYPER_WORDS = 8
export const GROUP_WORDS = 3

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
    for (let i = 0; i < value.length; i++) {
      const group = blocks[Math.floor(i / BLOCK)] * GROUP_WORDS
      if (groups[group] === 0) {
        gradient[i] = 0
        continue
      }
      const row = groups[group + 2] * HYPER_WORDS
      const [lr, beta1, beta2, eps, fix1, fix2, largest] = hyper.subarray(row, row + HYPER_WORDS)
      const clip = largest > 0 ? Math.min(1, largest / (norm[0] + 1e-6)) : 1
      const rate = lr * groups[group]
      const g = gradient[i] * clip
      m[i] = beta1 * m[i] + (1 - beta1) * g
      v[i] = beta2 * v[i] + (1 - beta2) * g * g
      value[i] = value[i] * (1 - rate * groups[group + 1]) - (rate * fix1 * m[i]) / (Math.sqrt(v[i]) * fix2 + eps)
      gradient[i] = 0
    }
  },
  cases: [64, 192, 1024, 70_016].map((n) => ({
    name: `${n} elements${n > 64 ? ', four groups, one of them still, two rows of numbers' : ', no clipping'}`,
    inputs: {
      hyper: { shape: [16], fill: (i) => hyperOf(i < 8 ? 3 : 1, n > 64 ? 1 : 0)[i % 8] },
      norm: { shape: [1], fill: () => Math.sqrt(n) },
      blocks: { shape: [n / BLOCK], dtype: 'u32' as const, fill: (i) => (n > 64 ? i % 4 : 0) },
      groups: { shape: [12], fill: (i) => [1, 0.1, 0, 16, 0, 1, 0, 0.1, 0, 2, 0, 0][i] },
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

function hyperOf(t: number, largest: number): number[] {
  return [0.01, 0.9, 0.999, 1e-8, 1 / (1 - 0.9 ** t), 1 / Math.sqrt(1 - 0.999 ** t), largest, 0]
}
