// norm = ‖x‖₂ of a flat buffer, summed in a fixed order: the gradient norm before clipping.
import shader from '../../shaders/norm.wgsl?raw'
import { defineOp } from '../graph/op.ts'
import { sizeOf } from '../graph/shape.ts'

/** At most 256 partial sums, so that one workgroup can add them. */
const share = (count: number): number => Math.max(1024, Math.ceil(count / 256))

export const norm = defineOp({
  name: 'norm',
  inputs: ['x'],
  outputs: ['partial', 'norm'],
  shape: ({ x }) => ({ partial: [Math.ceil(sizeOf(x.shape) / share(sizeOf(x.shape)))], norm: [1] }),
  dispatch: ({ x, partial }) => {
    const count = sizeOf(x.shape)
    const params = { count, perGroup: share(count) }
    return [
      { shader, entry: 'partials', workgroups: [partial.shape[0], 1, 1], params },
      { shader, entry: 'total', workgroups: [1, 1, 1], params },
    ]
  },
  reference({ x }, out) {
    const size = share(x.length)
    let total = 0
    for (let i = 0; i < x.length; i++) {
      out['partial'][Math.floor(i / size)] += x[i] * x[i]
      total += x[i] * x[i]
    }
    out['norm'][0] = Math.sqrt(total)
  },
  cases: [1, 255, 1024, 1025, 70_000, 400_000].map((n) => ({ name: `${n} elements`, inputs: { x: { shape: [n] } }, attrs: {} })),
})
