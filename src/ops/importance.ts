// Sensitivity and uncertainty of every trained number, tracked over steps as AdaLoRA does: https://arxiv.org/abs/2303.10512
// With now = |value · clipped gradient|: sensitivity ← β₁ sensitivity + (1 − β₁) now, then
// uncertainty ← β₂ uncertainty + (1 − β₂) |now − sensitivity|. Nothing changes from the step `end` on.
import shader from '../../shaders/importance.wgsl?raw'
import { defineOp, type Case } from '../graph/op.ts'
import { grid, sizeOf } from '../graph/shape.ts'

type ImportanceAttrs = { readonly beta1: number; readonly beta2: number; readonly end: number }

export const importance = defineOp<ImportanceAttrs>({
  name: 'importance',
  inputs: ['step', 'hyper', 'norm', 'value', 'gradient', 'sensitivity', 'uncertainty'],
  outputs: [],
  updates: ['sensitivity', 'uncertainty'],
  shape: () => ({}),
  dispatch: ({ value }, attrs) => {
    const count = sizeOf(value.shape)
    return [{ shader, entry: 'update', workgroups: grid(count, 256), params: { count, ...attrs } }]
  },
  reference({ step, hyper, norm, value, gradient, sensitivity, uncertainty }, _out, _sizes, { beta1, beta2, end }) {
    if (step[0] >= end) return
    const clip = hyper[6] > 0 ? Math.min(1, hyper[6] / (norm[0] + 1e-6)) : 1
    for (let i = 0; i < value.length; i++) {
      const now = Math.abs(value[i] * gradient[i] * clip)
      sensitivity[i] = beta1 * sensitivity[i] + (1 - beta1) * now
      uncertainty[i] = beta2 * uncertainty[i] + (1 - beta2) * Math.abs(now - sensitivity[i])
    }
  },
  cases: [
    { n: 64, step: 0, clipped: false },
    { n: 1000, step: 6, clipped: true },
    { n: 192, step: 7, clipped: true },
  ].map(
    ({ n, step, clipped }): Case<ImportanceAttrs> => ({
      name: `${n} elements, step ${step} of 7${clipped ? ', clipped' : ''}`,
      inputs: {
        step: { shape: [1], fill: () => step },
        hyper: { shape: [8], fill: (i) => [0.01, 0.9, 0.999, 1e-8, 1, 1, clipped ? 0.5 : 0, 0][i] },
        norm: { shape: [1], fill: () => Math.sqrt(n) },
        value: { shape: [n] },
        gradient: { shape: [n] },
        sensitivity: { shape: [n], fill: (i) => 0.5 + 0.4 * Math.cos(i) },
        uncertainty: { shape: [n], fill: (i) => 0.3 + 0.2 * Math.sin(i) },
      },
      attrs: { beta1: 0.85, beta2: 0.9, end: 7 },
      // 1 − β is itself rounded to f32.
      tolerance: 1e-5,
    }),
  ),
})
