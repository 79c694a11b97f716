// y[i] = w[tokens[i]]: one row of a table for each token, zeros for a token outside it (-1).
// The table may be stored in 16 bits or in blocks; its gradient is the sum of dy over equal tokens (scatterRows). The padding token's row
// takes no gradient, as with torch.nn.Embedding's padding_idx; -1 means there is none.
import shader from '../../shaders/embedding.wgsl?raw'
import { elements, rowsOf } from '../graph/layout.ts'
import { defineOp, type Op } from '../graph/op.ts'
import { requireShape, requireThat } from '../graph/require.ts'
import { showShape, sizeOf } from '../graph/shape.ts'
import type { DType } from '../graph/tensor.ts'
import { scatterRows } from './gatherRows.ts'
import { withReads } from './packedReads.ts'

export type EmbeddingAttrs = { readonly padding: number }

export const embedding: Op<EmbeddingAttrs> = defineOp<EmbeddingAttrs>({
  name: 'embedding',
  inputs: ['tokens', 'w'],
  outputs: ['y'],
  shape: ({ tokens, w }) => {
    requireThat(w.shape.length === 2, 'embedding', `w should be [V,C], found ${showShape(w.shape)}.`)
    requireThat(tokens.dtype === 'i32', 'embedding', `tokens should be i32, found ${tokens.dtype}${showShape(tokens.shape)}.`)
    requireShape('embedding', 'tokens', [sizeOf(tokens.shape)], tokens.shape)
    return { y: [tokens.shape[0], w.shape[1]] }
  },
  dispatch: ({ w, y }) => {
    const [vocabulary, columns] = w.shape
    const { workgroups, params, defines, width } = elements(sizeOf(y.shape), columns)
    const { text, PACKED } = withReads(shader, w.dtype, 'w', `u32(params.vocabulary) * params.columns * ${width}u`)
    return [{ shader: text, entry: 'forward', workgroups, params: { ...params, columns: columns / width, vocabulary }, defines: { ...defines, PACKED } }]
  },
  backward: (g, { inputs: { tokens, w }, attrs }, { y: dy }, needs) =>
    needs.has('w') ? { w: scatterRows(g, { y: dy, rows: tokens }, { rows: w.shape[0], skip: attrs.padding }).x } : {},
  reference: ({ tokens, w }, { y }, sizes) => {
    const [vocabulary, columns] = rowsOf(sizes.w.shape)
    for (let i = 0; i < tokens.length; i++) {
      if (tokens[i] < 0 || tokens[i] >= vocabulary) continue
      for (let c = 0; c < columns; c++) y[i * columns + c] = w[tokens[i] * columns + c]
    }
  },
  cases: [
    embeddingCase(1, 1, 1, 'f32'),
    embeddingCase(7, 5, 3, 'f32'),
    embeddingCase(9, 8, 17, 'f32'),
    { ...embeddingCase(300, 255, 200, 'f32'), differentiate: [] },
    { ...embeddingCase(300, 576, 200, 'f32'), differentiate: [] },
    // Odd row lengths: every other row starts in the middle of a word; 3 × 33 also ends in one.
    ...(['f16', 'bf16'] as const).flatMap((dtype) =>
      [
        [1, 1, 1],
        [7, 31, 17],
        [3, 33, 5],
        [64, 48, 200],
        [300, 257, 17],
        [100, 576, 33],
        [5, 6, 7],
      ].map(([v, c, n]) => ({
        ...embeddingCase(v, c, n, dtype),
        differentiate: [],
      })),
    ),
    ...(['int8', 'nf4', 'nf4_double', 'q8_0', 'q4_0', 'q4_k', 'q6_k'] as const).flatMap((dtype) =>
      [
        [7, 33, 17],
        [64, 260, 200],
      ].map(([v, c, n]) => ({ ...embeddingCase(v, c, n, dtype), differentiate: [] })),
    ),
  ],
})

/** Some rows are named several times, some never, and one token lies outside the table. */
function embeddingCase(vocabulary: number, columns: number, count: number, dtype: DType) {
  const token = (i: number): number => (i === 2 ? -1 : Math.floor((i * i * 5) / 3) % vocabulary)
  return {
    name: `${count} of ${dtype} [${vocabulary},${columns}]`,
    inputs: {
      tokens: { shape: [count], dtype: 'i32' as const, fill: token },
      w: { shape: [vocabulary, columns], dtype },
    },
    attrs: { padding: -1 },
  }
}
