// crossEntropy has no `backward`, so its gradient output is checked here: scale · d(Σ loss) by central differences.
import { expect, it } from 'vitest'
import { crossEntropy } from './crossEntropy.ts'

it('smooths as transformers does', () => {
  // LabelSmoother(epsilon=0.1)({'logits': z[None]}, t[None]) with z[r, c] = 2·sin(12.9898·(5r + c) + 3), t = [0, 3, -100, 4].
  const loss = 1.6396409872982332
  const dz = [
    [-0.1278773254161243, 0.07063592369078829, 0.03020691161653798, 0.015448387006576076, 0.011586103102221877],
    [0.00410956720824333, 0.010852825276748733, 0.029500916339270752, -0.22324894805171427, 0.17878563922745147],
    [0, 0, 0, 0, 0],
    [0.16878223206931037, 0.06964578081481046, 0.030801313147120958, 0.016879077043385895, -0.2861084030746277],
  ]
  const sizes = {
    logits: { shape: [4, 5], dtype: 'f32' as const },
    targets: { shape: [4], dtype: 'i32' as const },
    scale: { shape: [1], dtype: 'f32' as const },
  }
  const logits = Float64Array.from({ length: 20 }, (_, i) => 2 * Math.sin(12.9898 * i + 3))
  const out = { loss: new Float64Array(4), dlogits: new Float64Array(20) }
  const values = { logits, targets: Int32Array.of(0, 3, -100, 4), scale: Float64Array.of(1 / 3) }
  crossEntropy.definition.reference(values, out, sizes, { gradient: true, smoothing: 0.1 })
  // It adds up the uniform part in float32, there and back.
  expect(out.loss.reduce((a, b) => a + b) / 3).toBeCloseTo(loss, 6)
  dz.flat().forEach((d, i) => expect(out.dlogits[i]).toBeCloseTo(d, 8))
})

it('pulls to a base as torch does', () => {
  // With z[r, c] = 2·sin(12.9898·(5r + c) + 3), b[r, c] = 2·cos(7.77·(5r + c) + 1), t = [0, -100, 4] and keep = t >= 0:
  // cross_entropy(z, t, reduction='sum') + 0.5 · kl_div(z.log_softmax(-1)[keep], b.log_softmax(-1)[keep], reduction='sum',
  // log_target=True), and a quarter of its gradient.
  const loss = 3.7416339617921968
  const dz = [
    [-0.07920107471935828, 0.08485799124428575, 0.0388047244587563, -0.015256053899752719, -0.02920558708393113],
    [0, 0, 0, 0, 0],
    [0.06974215780240045, 0.08525417977905175, 0.006417576730563951, 0.05393269905676977, -0.21534661336878597],
  ]
  const of = (shape: number[], dtype: 'f32' | 'i32' = 'f32') => ({ shape, dtype })
  const sizes = { logits: of([3, 5]), base: of([3, 5]), targets: of([3], 'i32'), scale: of([1]) }
  const values = {
    logits: Float64Array.from({ length: 15 }, (_, i) => 2 * Math.sin(12.9898 * i + 3)),
    base: Float64Array.from({ length: 15 }, (_, i) => 2 * Math.cos(7.77 * i + 1)),
    targets: Int32Array.of(0, -100, 4),
    scale: Float64Array.of(0.25),
  }
  const out = { loss: new Float64Array(3), dlogits: new Float64Array(15) }
  crossEntropy.definition.reference(values, out, sizes, { gradient: true, smoothing: 0, pull: 0.5 })
  expect(out.loss.reduce((a, b) => a + b)).toBeCloseTo(loss, 12)
  dz.flat().forEach((d, i) => expect(out.dlogits[i]).toBeCloseTo(d, 12))
})

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
