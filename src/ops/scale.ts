// y = factor · x, element by element.
import shader from '../../shaders/scale.wgsl?raw'
import { elements } from '../graph/layout.ts'
import { defineOp, type Op } from '../graph/op.ts'
import { sizeOf } from '../graph/shape.ts'

export type ScaleAttrs = { readonly factor: number }

export const scale: Op<ScaleAttrs> = defineOp<ScaleAttrs>({
  name: 'scale',
  light: true,
  inputs: ['x'],
  outputs: ['y'],
  shape: ({ x }) => ({ y: x.shape }),
  dispatch: ({ y }, { factor }) => {
    const { workgroups, params, defines } = elements(sizeOf(y.shape))
    return [{ shader, entry: 'forward', workgroups, params: { ...params, factor }, defines }]
  },
  backward: (g, { attrs }, { y: dy }) => ({ x: scale(g, { x: dy }, attrs).y }),
  reference: ({ x }, { y }, _sizes, { factor }) => {
    for (let i = 0; i < y.length; i++) y[i] = factor * x[i]
  },
  cases: [
    { name: 'one element', inputs: { x: { shape: [1] } }, attrs: { factor: 3 } },
    { name: '[3,5]', inputs: { x: { shape: [3, 5] } }, attrs: { factor: -0.3 } },
    { name: '[17,64]', inputs: { x: { shape: [17, 64] } }, attrs: { factor: 8 } },
    { name: '[200,257]', inputs: { x: { shape: [200, 257] } }, attrs: { factor: 0.1 }, differentiate: [] },
  ],
})
