// Cross-entropy of rows of logits against target numbers, in nats: loss = log Σ exp(z) − z[target]; a negative target
// (-100) is ignored, all others are below V. Its gradient is an output that takes over the logits' storage:
// dlogits = scale · (softmax − onehot).
// There is no `backward`: a trainer seeds the logits with dlogits, where scale is 1 / (trained tokens of the batch).
// smoothing mixes the target with the uniform distribution, as torch.nn.functional.cross_entropy does.
// Given the frozen base's logits, pull · KL(base ‖ these) is added: with q = softmax(base) and p = softmax(logits),
// Σ q (log q − log p), the distillation term of Learning without Forgetting (https://arxiv.org/abs/1606.09282).
import shader from '../../shaders/crossEntropy.wgsl?raw'
import { rowsOf, widthOf } from '../graph/layout.ts'
import { defineOp, type Dispatch } from '../graph/op.ts'
import { requireShape, requireThat } from '../graph/require.ts'
import { grid } from '../graph/shape.ts'

export type CrossEntropyAttrs = { readonly gradient: boolean; readonly smoothing: number; readonly pull?: number }

export const crossEntropy = defineOp<CrossEntropyAttrs>({
  name: 'crossEntropy',
  inputs: ['logits', 'targets', 'scale', 'base?'],
  outputs: ['loss', 'dlogits'],
  inPlace: { dlogits: 'logits' },
  shape: ({ logits, targets, scale, base }, { gradient }) => {
    const [rows] = rowsOf(logits.shape)
    requireShape('crossEntropy', 'targets', [rows], targets.shape)
    requireShape('crossEntropy', 'scale', [1], scale.shape)
    if (base) requireShape('crossEntropy', 'base', logits.shape, base.shape)
    requireThat(targets.dtype === 'i32', 'crossEntropy', `targets should be i32, found ${targets.dtype}.`)
    return { loss: [rows], ...(gradient && { dlogits: logits.shape }) }
  },
  dispatch: ({ logits, base }, { gradient, smoothing, pull = 0 }) => {
    const [rows, columns] = rowsOf(logits.shape)
    const width = widthOf(columns)
    const way = (lanes: number): Dispatch => ({
      shader,
      entry: 'forward',
      workgroups: grid(rows),
      params: { rows, columns: columns / width, smoothing, pull },
      defines: { VEC4: width === 4 ? 1 : 0, LANES: lanes, GRADIENT: gradient ? 1 : 0, BASE: base ? 1 : 0 },
    })
    // Software adapters pay for every lane at every barrier.
    return [{ ...way(256), alternatives: [{ ...way(8), suits: 'software' }] }]
  },
  reference: ({ logits, targets, scale, base }, { loss, dlogits }, sizes, { smoothing, pull = 0 }) => {
    const [rows, columns] = rowsOf(sizes.logits.shape)
    for (let r = 0; r < rows; r++) {
      if (targets[r] < 0) continue
      const logP = logSoftmax(logits.subarray(r * columns, (r + 1) * columns))
      const logQ = base && logSoftmax(base.subarray(r * columns, (r + 1) * columns))
      for (let c = 0; c < columns; c++) {
        const wanted = (c === targets[r] ? 1 - smoothing : 0) + smoothing / columns
        const [p, q] = [Math.exp(logP[c]), logQ ? Math.exp(logQ[c]) : 0]
        loss[r] += (logQ ? pull * q * (logQ[c] - logP[c]) : 0) - wanted * logP[c]
        if (dlogits) dlogits[r * columns + c] = scale[0] * (p - wanted + (logQ ? pull * (p - q) : 0))
      }
    }
  },
  cases: [
    ...[
      [1, 1],
      [3, 5],
      [17, 31],
      [3, 32],
      [200, 33],
      [17, 255],
      [17, 257],
      [3, 576],
      [2, 50_257],
      [2, 49_152],
      [1, 262_144],
    ].map(([r, v]) => crossEntropyCase(r, v, 1, 0)),
    ...[
      [3, 5],
      [17, 1024],
      [2, 50_257],
    ].map(([r, v]) => crossEntropyCase(r, v, 80, 0)),
    ...[
      [3, 5],
      [17, 64],
    ].map(([r, v]) => crossEntropyCase(r, v, 1, 0.1)),
    { ...crossEntropyCase(17, 257, 3, 0), name: 'loss only', attrs: { gradient: false, smoothing: 0 } },
    { ...crossEntropyCase(17, 256, 3, 0.2), name: 'loss only, smoothed', attrs: { gradient: false, smoothing: 0.2 } },
    { ...crossEntropyCase(17, 257, 1e4, 0), name: 'logits of ten thousand' },
    ...[
      [3, 5],
      [17, 64],
      [2, 50_257],
    ].map(([r, v]) => pulledCase(r, v)),
  ],
})

/** Logits within ±reach; every fifth target is ignored. */
function crossEntropyCase(rows: number, columns: number, reach: number, smoothing: number) {
  return {
    name: `[${rows},${columns}] ±${reach}${smoothing ? ` smoothing ${smoothing}` : ''}`,
    inputs: {
      logits: { shape: [rows, columns], fill: (i: number) => reach * Math.sin(i * 12.9898 + 3) },
      targets: {
        shape: [rows],
        dtype: 'i32' as const,
        fill: (r: number) => (r % 5 === 4 ? -100 : (r * 37 + columns - 1) % columns),
      },
      scale: { shape: [1], fill: () => 0.25 },
    },
    attrs: { gradient: true, smoothing },
  }
}

/** The same with the logits of a base and a weight on leaving it. */
function pulledCase(rows: number, columns: number) {
  const { name, inputs, attrs } = crossEntropyCase(rows, columns, 3, 0.1)
  const base = { shape: [rows, columns], fill: (i: number) => 3 * Math.cos(i * 7.77 + 1) }
  return { name: `${name}, pulled to a base`, inputs: { ...inputs, base }, attrs: { ...attrs, pull: 0.5 } }
}

function logSoftmax(z: ArrayLike<number>): Float64Array {
  let peak = z[0]
  for (let c = 0; c < z.length; c++) peak = Math.max(peak, z[c])
  let mass = 0
  for (let c = 0; c < z.length; c++) mass += Math.exp(z[c] - peak)
  return Float64Array.from({ length: z.length }, (_, c) => z[c] - peak - Math.log(mass))
}
