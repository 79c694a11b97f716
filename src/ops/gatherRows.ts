// gatherRows: y[r] = x[rows[r]], zeros where rows[r] is -1 (picking the trained rows before the head).
// scatterRows: x[n] = Σ y[r] over all r with rows[r] = n, added in the order of r, zeros for rows that no r names.
// Each is the other's backward.
import gatherShader from '../../shaders/gatherRows.wgsl?raw'
import scatterShader from '../../shaders/scatterRows.wgsl?raw'
import { elements, rowsOf } from '../graph/layout.ts'
import { defineOp, type Op } from '../graph/op.ts'
import { requireShape, requireThat } from '../graph/require.ts'
import { grid, sizeOf } from '../graph/shape.ts'

export const gatherRows: Op = defineOp({
  name: 'gatherRows',
  inputs: ['x', 'rows'],
  outputs: ['y'],
  shape: ({ x, rows }) => {
    requireShape('gatherRows', 'rows', [sizeOf(rows.shape)], rows.shape)
    requireThat(rows.dtype === 'i32', 'gatherRows', `rows should be i32, found ${rows.dtype}.`)
    return { y: [rows.shape[0], rowsOf(x.shape)[1]] }
  },
  dispatch: ({ x, y }) => {
    const [total, columns] = rowsOf(x.shape)
    const { workgroups, params, defines, width } = elements(sizeOf(y.shape), columns)
    return [
      { shader: gatherShader, entry: 'forward', workgroups, params: { ...params, columns: columns / width, total }, defines },
    ]
  },
  backward: (g, { inputs: { x, rows } }, { y: dy }) => {
    const { x: dx } = scatterRows(g, { y: dy, rows }, { rows: rowsOf(x.shape)[0], skip: -1 })
    return { x: g.view(dx, x.shape) }
  },
  reference: ({ x, rows }, { y }, sizes) => {
    const [total, columns] = rowsOf(sizes.x.shape)
    for (let r = 0; r < rows.length; r++) {
      if (rows[r] < 0 || rows[r] >= total) continue
      for (let c = 0; c < columns; c++) y[r * columns + c] = x[rows[r] * columns + c]
    }
  },
  cases: [
    gatherCase(1, 1, 1, () => 0),
    gatherCase(5, 5, 3, (r) => [4, -1, 0][r]),
    gatherCase(5, 8, 7, (r) => [4, 2, -1, 0, 2, 2, 1][r]),
    { ...gatherCase(200, 33, 300, (r) => ((r * 7) % 211) - 1), differentiate: [] },
    { ...gatherCase(200, 576, 120, (r) => 199 - r), differentiate: [] },
  ],
})

/** Length of x, and a row that is left at zero whatever names it (-1: none). */
export type ScatterRowsAttrs = { readonly rows: number; readonly skip: number }

export const scatterRows: Op<ScatterRowsAttrs> = defineOp<ScatterRowsAttrs>({
  name: 'scatterRows',
  inputs: ['y', 'rows'],
  outputs: ['x'],
  shape: ({ y, rows }, attrs) => {
    requireShape('scatterRows', 'rows', [rowsOf(y.shape)[0]], rows.shape)
    requireThat(rows.dtype === 'i32', 'scatterRows', `rows should be i32, found ${rows.dtype}.`)
    return { x: [attrs.rows, rowsOf(y.shape)[1]] }
  },
  dispatch: ({ x, y }, { skip }) => {
    const [total, columns] = rowsOf(x.shape)
    const { workgroups, params, defines, width } = elements(sizeOf(x.shape), columns)
    const [count] = rowsOf(y.shape)
    const shared = { columns: columns / width, total, skip }
    return [
      { shader: scatterShader, entry: 'clear', workgroups, params: { ...params, ...shared }, defines },
      {
        shader: scatterShader,
        entry: 'put',
        workgroups: grid(count),
        params: { count, ...shared },
        defines,
        alternatives: [
          { shader: scatterShader, entry: 'putAlone', workgroups: grid(count, 32), params: { count, ...shared }, defines, suits: 'software' },
        ],
      },
    ]
  },
  backward: (g, { inputs: { rows } }, { x: dx }) => ({ y: gatherRows(g, { x: dx, rows }, {}).y }),
  reference: ({ y, rows }, { x }, sizes, { skip }) => {
    const [total, columns] = rowsOf(sizes.x.shape)
    for (let r = 0; r < rows.length; r++) {
      if (rows[r] < 0 || rows[r] >= total || rows[r] === skip) continue
      for (let c = 0; c < columns; c++) x[rows[r] * columns + c] += y[r * columns + c]
    }
  },
  cases: [
    scatterCase(1, 1, 1, () => 0),
    scatterCase(5, 5, 3, (r) => [4, -1, 0][r]),
    scatterCase(5, 8, 7, (r) => [4, 2, -1, 0, 2, 2, 1][r]),
    { ...scatterCase(400, 33, 300, (r) => ((r * 7) % 401) - 1), differentiate: [] },
    { ...scatterCase(200, 576, 120, (r) => 199 - r), differentiate: [] },
    // One row named by every other r, across several tiles of 256.
    { ...scatterCase(50, 1030, 900, (r) => (r % 2 ? 17 : r % 50)), differentiate: [] },
    { ...scatterCase(3, 64, 1100, (r) => (r % 3) - 1), differentiate: [] },
    { ...scatterCase(7, 12, 90, (r) => r % 7, 3), differentiate: [] },
  ],
})

function gatherCase(total: number, columns: number, count: number, row: (r: number) => number) {
  const rows = { shape: [count], dtype: 'i32' as const, fill: row }
  return { name: `${count} of [${total},${columns}]`, inputs: { x: { shape: [total, columns] }, rows }, attrs: {} }
}
function scatterCase(total: number, columns: number, count: number, row: (r: number) => number, skip = -1) {
  const rows = { shape: [count], dtype: 'i32' as const, fill: row }
  const name = `${count} to [${total},${columns}]${skip >= 0 ? ` leaving out ${skip}` : ''}`
  return { name, inputs: { y: { shape: [count, columns] }, rows }, attrs: { rows: total, skip } }
}
