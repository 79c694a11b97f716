// Attention from standard operators, over what was cached and what is new. Which keys a query sees is computed inside the graph
// from attention_mask, so that one graph serves prompts, single tokens and padded batches.
import type { AttentionShape } from '../families/family.ts'
import { elementTypes } from '../files/onnx/onnxModel.ts'
import type { NodeList } from './nodeList.ts'
import type { FloatType } from './weightTensor.ts'

/** Most negative f32: a row without any visible key (padding) stays finite, and so do the layers after it. */
const HIDDEN = -3.4028234663852886e38

/** One dimension of a value, as a list of one. */
const dimension = (n: NodeList, of: string, axis: number): string => n.once(`dimension ${of} ${axis}`, () => n.emit('Shape', [of], { start: axis, end: axis + 1 }))
const asScalar = (n: NodeList, x: string): string => n.emit('Squeeze', [x, n.ints([0])])

/** Number of rows, of new tokens, and of new and cached tokens together. */
export const rowCount = (n: NodeList): string => dimension(n, 'input_ids', 0)
const newCount = (n: NodeList): string => dimension(n, 'input_ids', 1)
const allCount = (n: NodeList): string => dimension(n, 'attention_mask', 1)

/** 0 where query t sees key s, else hugely negative: (B, 1, T, S), or (B, 1, 1, S) where all queries see the same. */
function mask(n: NodeList, causal: boolean, window: number): string {
  return n.once(`mask ${causal} ${window}`, () => {
    const all = asScalar(n, allCount(n))
    const keys = n.emit('Range', [n.int(0), all, n.int(1)]) // (S)
    const queries = n.emit('Range', [n.emit('Sub', [all, asScalar(n, newCount(n))]), all, n.int(1)]) // (T)
    const back = n.emit('Sub', [n.emit('Unsqueeze', [queries, n.ints([1])]), n.emit('Unsqueeze', [keys, n.ints([0])])]) // (T, S)
    let seen = n.emit('Unsqueeze', [n.emit('Cast', ['attention_mask'], { to: elementTypes.bool }), n.ints([1, 2])]) // (B, 1, 1, S)
    const both = (condition: string): string => (seen = n.emit('And', [seen, condition]))
    if (causal) both(n.emit('GreaterOrEqual', [back, n.int(0)]))
    if (window > 0) both(n.emit('Less', [back, n.int(window)]))
    return n.emit('Where', [seen, n.number(0), n.number(HIDDEN)])
  })
}

export interface Cache {
  readonly past: { readonly key: string; readonly value: string }
  readonly present: { readonly key: string; readonly value: string }
}

/**
 * q (B·T, H·D) scaled here, k and v (B·T, Hkv·D), all f32 → (B·T, H·D) f32. Products and the cache are in `type`.
 * @param cache values to read and to write; none where nothing is cached
 */
export function attentionNodes(n: NodeList, { q, k, v }: Readonly<Record<'q' | 'k' | 'v', string>>, shape: AttentionShape, type: FloatType, cache?: Cache): string {
  const { heads, kvHeads, headSize, scale, window, softcap, causal = true } = shape
  const group = heads / kvHeads
  const apart = (x: string, count: number): string => {
    const size = n.once(`heads ${count} ${headSize}`, () => n.emit('Concat', [rowCount(n), n.ints([-1, count, headSize])], { axis: 0 }))
    return n.emit('Transpose', [n.emit('Reshape', [n.cast(x, 'float', type), size])], { perm: [0, 2, 1, 3] }) // (B, H, T, D)
  }
  const joined = (x: string, past: string | undefined, present: string | undefined): string =>
    past !== undefined && present !== undefined ? n.emitAs(present, 'Concat', [past, x], { axis: 2 }) : x // (B, Hkv, S, D)
  const keys = joined(apart(k, kvHeads), cache?.past.key, cache?.present.key)
  const values = joined(apart(v, kvHeads), cache?.past.value, cache?.present.value)

  // The queries of one group share its keys: they are rows of one product.
  const shared = (x: string, width: number): string => (group === 1 ? x : n.emit('Reshape', [x, n.ints([0, kvHeads, -1, width])]))
  const queries = shared(apart(n.emit('Mul', [q, n.number(scale)]), heads), headSize) // (B, Hkv, H/Hkv·T, D)
  const product = n.cast(n.emit('MatMul', [queries, n.emit('Transpose', [keys], { perm: [0, 1, 3, 2] })]), type, 'float')
  const byHead = (): string => n.once(`scores ${heads}`, () => n.emit('Concat', [rowCount(n), n.ints([heads]), newCount(n), n.ints([-1])], { axis: 0 }))
  let scores = group === 1 ? product : n.emit('Reshape', [product, byHead()]) // (B, H, T, S)
  if (softcap) scores = n.emit('Mul', [n.emit('Tanh', [n.emit('Div', [scores, n.number(softcap)])]), n.number(softcap)])
  const weights = n.emit('Softmax', [n.emit('Add', [scores, mask(n, causal, window)])], { axis: -1 })
  const mixed = n.cast(n.emit('MatMul', [shared(n.cast(weights, 'float', type), 0), values]), type, 'float')
  const whole = group === 1 ? mixed : n.emit('Reshape', [mixed, n.ints([0, heads, -1, headSize])]) // (B, H, T, D)
  return n.emit('Reshape', [n.emit('Transpose', [whole], { perm: [0, 2, 1, 3] }), n.ints([-1, heads * headSize])])
}
