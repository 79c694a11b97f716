// crossEntropy has no `backward`, so its gradient output is checked here: scale · d(Σ loss) by central differences.
import { expect, it } from 'vitest'
import { crossEntropy } from './crossEntropy.ts'

it.each([0, 0.1])('dlogits is scale times the derivative of the summed loss, smoothing %s', (smoothing) => {
  const sizes = {
    logits: { shape: [3, 5], dtype: 'f32' as const },
    targets: { shape: [3], dtype: 'i32' as const },
    scale: { shape: [1], dtype: 'f32' as const },
  }
  const logits = Float64Array.from({ length: 15 }, (_, i) => 3 * Math.sin(i * 7.3))
  const targets = Int32Array.of(4, -100, 2)
  const run = (z: Float64Array, gradient: boolean) => {
    const out = { loss: new Float64Array(3), ...(gradient && { dlogits: new Float64Array(15) }) }
    const values = { logits: z, targets, scale: Float64Array.of(0.25) }
    crossEntropy.definition.reference(values, out, sizes, { gradient, smoothing })
    return out
  }
  const total = (z: Float64Array): number => run(z, false).loss.reduce((a, b) => a + b)
  const { dlogits, loss } = run(logits, true)
  expect(loss[1]).toBe(0)
  for (let i = 0; i < 15; i++) {
    const step = 1e-5
    const difference = total(logits.with(i, logits[i] + step)) - total(logits.with(i, logits[i] - step))
    expect(dlogits?.[i]).toBeCloseTo((0.25 * difference) / (2 * step), 8)
  }
})
