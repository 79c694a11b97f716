// sumColumns: y[c] = Σ x[n, c] (a bias gradient, a norm's weight gradient), in two stages when there are many rows.
// repeatRows: y[n, c] = x[c]. Each is the other's backward.
import repeatShader from '../../shaders/repeatRows.wgsl?raw'
import shader from '../../shaders/sumColumns.wgsl?raw'
import { columnLanes, elements, rowsOf } from '../graph/layout.ts'
import { defineOp, type Dispatch, type Op } from '../graph/op.ts'
import { sizeOf } from '../graph/shape.ts'

export const sumColumns: Op = defineOp({
  name: 'sumColumns',
  inputs: ['x'],
  outputs: ['y', 'partials'],
  shape: ({ x }) => {
    const [rows, columns] = rowsOf(x.shape)
    const { chunks } = columnLanes(rows, columns)
    return { y: [columns], ...(chunks > 1 && { partials: [chunks, columns] }) }
  },
  dispatch: ({ x }) => {
    const [rows, columns] = rowsOf(x.shape)
    const stage = (entry: string, height: number): Dispatch => {
      const { workgroups, params, defines } = columnLanes(height, columns)
      return { shader, entry, workgroups, params, defines }
    }
    const { chunks } = columnLanes(rows, columns)
    return chunks > 1 ? [stage('split', rows), stage('finish', chunks)] : [stage('forward', rows)]
  },
  backward: (g, { inputs: { x } }, { y: dy }) => ({ x: repeatRows(g, { x: dy }, { rows: rowsOf(x.shape)[0] }).y }),
  reference: ({ x }, { y, partials }, sizes) => {
    const [rows, columns] = rowsOf(sizes.x.shape)
    const { chunk } = columnLanes(rows, columns).params
    for (let n = 0; n < rows; n++) {
      for (let c = 0; c < columns; c++) {
        y[c] += x[n * columns + c]
        if (partials) partials[Math.floor(n / chunk) * columns + c] += x[n * columns + c]
      }
    }
  },
  cases: [
    ...[
      [1, 1],
      [3, 5],
      [17, 31],
      [5, 8],
    ].map((shape) => ({ name: `[${shape}]`, inputs: { x: { shape } }, attrs: {} })),
    ...[
      [200, 1],
      [3000, 1],
      [200, 33],
      [256, 255],
      [257, 257],
      [2000, 64],
      [5001, 31],
      [300, 576],
      [40_000, 3],
    ].map((shape) => ({
      name: `[${shape}]`,
      inputs: { x: { shape } },
      attrs: {},
      differentiate: [],
    })),
  ],
})

export type RepeatRowsAttrs = { readonly rows: number }

export const repeatRows: Op<RepeatRowsAttrs> = defineOp<RepeatRowsAttrs>({
  name: 'repeatRows',
  inputs: ['x'],
  outputs: ['y'],
  shape: ({ x }, { rows }) => ({ y: [rows, sizeOf(x.shape)] }),
  dispatch: ({ x, y }) => {
    const columns = sizeOf(x.shape)
    const { workgroups, params, defines, width } = elements(sizeOf(y.shape), columns)
    return [{ shader: repeatShader, entry: 'forward', workgroups, params: { ...params, columns: columns / width }, defines }]
  },
  backward: (g, _node, { y: dy }) => ({ x: sumColumns(g, { x: dy }, {}).y }),
  reference: ({ x }, { y }) => {
    for (let i = 0; i < y.length; i++) y[i] = x[i % x.length]
  },
  cases: [
    { name: '1 × [1]', inputs: { x: { shape: [1] } }, attrs: { rows: 1 } },
    { name: '4 × [1]', inputs: { x: { shape: [1] } }, attrs: { rows: 4 } },
    { name: '3 × [5]', inputs: { x: { shape: [5] } }, attrs: { rows: 3 } },
    { name: '3 × [8]', inputs: { x: { shape: [8] } }, attrs: { rows: 3 } },
    { name: '200 × [257]', inputs: { x: { shape: [257] } }, attrs: { rows: 200 }, differentiate: [] },
  ],
})
