// Cross-entropy of rows of logits against target numbers, in nats: loss = log Σ exp(z) − z[target]; a negative target
// (-100) is ignored, all others are below V. Its gradient is an output that takes over the logits' storage:
// dlogits = scale · (softmax − onehot).
// There is no `backward`: a trainer seeds the logits with dlogits, where scale is 1 / (trained tokens of the batch).
// smoothing mixes the target with the uniform distribution, as torch.nn.functional.cross_entropy does.
import shader from '../../shaders/crossEntropy.wgsl?raw'
import { rowsOf, widthOf } from '../graph/layout.ts'
import { defineOp, type Dispatch } from '../graph/op.ts'
import { requireShape, requireThat } from '../graph/require.ts'
import { grid } from '../graph/shape.ts'

export type CrossEntropyAttrs = { readonly gradient: boolean; readonly smoothing: number }

export const crossEntropy = defineOp<CrossEntropyAttrs>({
  name: 'crossEntropy',
  inputs: ['logits', 'targets', 'scale'],
  outputs: ['loss', 'dlogits'],
  inPlace: { dlogits: 'logits' },
  shape: ({ logits, targets, scale }, { gradient }) => {
    const [rows] = rowsOf(logits.shape)
    requireShape('crossEntropy', 'targets', [rows], targets.shape)
    requireShape('crossEntropy', 'scale', [1], scale.shape)
    requireThat(targets.dtype === 'i32', 'crossEntropy', `targets should be i32, found ${targets.dtype}.`)
    return { loss: [rows], ...(gradient && { dlogits: logits.shape }) }
  },
  dispatch: ({ logits }, { gradient, smoothing }) => {
    const [rows, columns] = rowsOf(logits.shape)
    const width = widthOf(columns)
    const way = (lanes: number): Dispatch => ({
      shader,
      entry: 'forward',
      workgroups: grid(rows),
      params: { rows, columns: columns / width, smoothing },
      defines: { VEC4: width === 4 ? 1 : 0, LANES: lanes, GRADIENT: gradient ? 1 : 0 },
    })
    // Software adapters pay for every lane at every barrier.
    return [{ ...way(256), alternatives: [{ ...way(8), suits: 'software' }] }]
  },
  reference: ({ logits, targets, scale }, { loss, dlogits }, sizes, { smoothing }) => {
    const [rows, columns] = rowsOf(sizes.logits.shape)
    for (let r = 0; r < rows; r++) {
      if (targets[r] < 0) continue
      const z = logits.subarray(r * columns, (r + 1) * columns)
      let peak = z[0]
      for (let c = 0; c < columns; c++) peak = Math.max(peak, z[c])
      let mass = 0
      for (let c = 0; c < columns; c++) mass += Math.exp(z[c] - peak)
      for (let c = 0; c < columns; c++) {
        const wanted = (c === targets[r] ? 1 - smoothing : 0) + smoothing / columns
        loss[r] += wanted * (Math.log(mass) + peak - z[c])
        if (dlogits) dlogits[r * columns + c] = scale[0] * (Math.exp(z[c] - peak) / mass - wanted)
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
