// total += g: adds the gradient of one micro-batch to the running sum. Changes `total` and makes nothing.
import shader from '../../shaders/accumulate.wgsl?raw'
import { elements } from '../graph/layout.ts'
import { defineOp } from '../graph/op.ts'
import { requireThat } from '../graph/require.ts'
import { showShape, sizeOf } from '../graph/shape.ts'

export const accumulate = defineOp({
  name: 'accumulate',
  inputs: ['g', 'total'],
  outputs: [],
  updates: ['total'],
  shape: ({ g, total }) => {
    const fits = sizeOf(g.shape) === sizeOf(total.shape)
    requireThat(fits, 'accumulate', `g should have the size of total ${showShape(total.shape)}, found ${showShape(g.shape)}.`)
    return {}
  },
  dispatch: ({ total }) => {
    const { workgroups, params, defines } = elements(sizeOf(total.shape))
    return [{ shader, entry: 'forward', workgroups, params, defines }]
  },
  reference: ({ g, total }) => {
    for (let i = 0; i < total.length; i++) total[i] += g[i]
  },
  cases: [
    { name: 'one element', inputs: { g: { shape: [1] }, total: { shape: [1] } }, attrs: {} },
    { name: '[3,5]', inputs: { g: { shape: [3, 5] }, total: { shape: [3, 5] } }, attrs: {} },
    { name: 'another grouping', inputs: { g: { shape: [200, 64] }, total: { shape: [12_800] } }, attrs: {} },
    { name: '[200,257]', inputs: { g: { shape: [200, 257] }, total: { shape: [200, 257] } }, attrs: {} },
  ],
})
