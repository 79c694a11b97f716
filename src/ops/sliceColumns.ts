// sliceColumns: y = `size` columns of x from `start` on. placeColumns: y has `total` columns, zeros but for those of x from
// `start` on. Each is the other's backward.
import shader from '../../shaders/sliceColumns.wgsl?raw'
import { elements, rowsOf } from '../graph/layout.ts'
import { defineOp, type Op } from '../graph/op.ts'
import { requireThat } from '../graph/require.ts'
import { showShape, sizeOf } from '../graph/shape.ts'

export type SliceColumnsAttrs = { readonly start: number; readonly size: number }

export const sliceColumns: Op<SliceColumnsAttrs> = defineOp<SliceColumnsAttrs>({
  name: 'sliceColumns',
  inputs: ['x'],
  outputs: ['y'],
  shape: ({ x }, { start, size }) => {
    const [rows, columns] = rowsOf(x.shape)
    requireThat(
      start + size <= columns,
      'sliceColumns',
      `columns ${start} to ${start + size} should be in ${showShape(x.shape)}.`,
    )
    return { y: [rows, size] }
  },
  dispatch: ({ x, y }, { start, size }) => {
    const [, columns] = rowsOf(x.shape)
    const { workgroups, params, defines, width } = elements(sizeOf(y.shape), start, size, columns)
    const all = { ...params, start: start / width, size: size / width, columns: columns / width }
    return [{ shader, entry: 'slice', workgroups, params: all, defines }]
  },
  backward: (g, { inputs: { x }, attrs: { start } }, { y: dy }) => {
    const { y: dx } = placeColumns(g, { x: dy }, { start, total: rowsOf(x.shape)[1] })
    return { x: g.view(dx, x.shape) }
  },
  reference: ({ x }, { y }, sizes, { start, size }) => {
    const [rows, columns] = rowsOf(sizes.x.shape)
    for (let n = 0; n < rows; n++) for (let c = 0; c < size; c++) y[n * size + c] = x[n * columns + start + c]
  },
  cases: [
    { name: 'all of [1,1]', inputs: { x: { shape: [1, 1] } }, attrs: { start: 0, size: 1 } },
    { name: '2 of [3,5]', inputs: { x: { shape: [3, 5] } }, attrs: { start: 3, size: 2 } },
    { name: '8 of [3,16]', inputs: { x: { shape: [3, 16] } }, attrs: { start: 4, size: 8 } },
    { name: '8 of [3,16], odd start', inputs: { x: { shape: [3, 16] } }, attrs: { start: 5, size: 8 } },
    { name: '64 of [200,576]', inputs: { x: { shape: [200, 576] } }, attrs: { start: 512, size: 64 }, differentiate: [] },
    { name: '48 of [17,257]', inputs: { x: { shape: [17, 257] } }, attrs: { start: 33, size: 48 }, differentiate: [] },
  ],
})

export type PlaceColumnsAttrs = { readonly start: number; readonly total: number }

export const placeColumns: Op<PlaceColumnsAttrs> = defineOp<PlaceColumnsAttrs>({
  name: 'placeColumns',
  inputs: ['x'],
  outputs: ['y'],
  shape: ({ x }, { start, total }) => {
    const [rows, size] = rowsOf(x.shape)
    requireThat(
      start + size <= total,
      'placeColumns',
      `${showShape(x.shape)} from column ${start} on should fit ${total} columns.`,
    )
    return { y: [rows, total] }
  },
  dispatch: ({ x, y }, { start, total }) => {
    const [, size] = rowsOf(x.shape)
    const { workgroups, params, defines, width } = elements(sizeOf(y.shape), start, size, total)
    const all = { ...params, start: start / width, size: size / width, columns: total / width }
    return [{ shader, entry: 'place', workgroups, params: all, defines }]
  },
  backward: (g, { inputs: { x }, attrs: { start } }, { y: dy }) => {
    const { y: dx } = sliceColumns(g, { x: dy }, { start, size: rowsOf(x.shape)[1] })
    return { x: g.view(dx, x.shape) }
  },
  reference: ({ x }, { y }, sizes, { start, total }) => {
    const [rows, size] = rowsOf(sizes.x.shape)
    for (let n = 0; n < rows; n++) for (let c = 0; c < size; c++) y[n * total + start + c] = x[n * size + c]
  },
  cases: [
    { name: '[1,1] as it is', inputs: { x: { shape: [1, 1] } }, attrs: { start: 0, total: 1 } },
    { name: '[3,2] in 5', inputs: { x: { shape: [3, 2] } }, attrs: { start: 3, total: 5 } },
    { name: '[3,8] in 16', inputs: { x: { shape: [3, 8] } }, attrs: { start: 4, total: 16 } },
    { name: '[3,8] in 16, odd start', inputs: { x: { shape: [3, 8] } }, attrs: { start: 5, total: 16 } },
    { name: '[200,64] in 576', inputs: { x: { shape: [200, 64] } }, attrs: { start: 512, total: 576 }, differentiate: [] },
    { name: '[17,48] in 257', inputs: { x: { shape: [17, 48] } }, attrs: { start: 33, total: 257 }, differentiate: [] },
  ],
})
