// Cross-entropy through the head without ever holding all logits: trained rows are gathered, cut into stretches that fit a
// fixed workspace, and each stretch runs forward and backward through the head before the next begins.
// After Liger's fused linear cross-entropy (https://arxiv.org/abs/2410.10989); any head works, adapters on it included.
import { differentiate } from '../engine/autodiff.ts'
import type { Forward } from '../families/family.ts'
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import { add } from '../ops/add.ts'
import { crossEntropy } from '../ops/crossEntropy.ts'
import { gatherRows, scatterRows } from '../ops/gatherRows.ts'
import { sum } from '../ops/sum.ts'

/** Bytes of logits held at once. */
const WORKSPACE = 128 * 2 ** 20
/** Stretches start at multiples of this, so that windows of the row list can be bound. */
export const ROW_STEP = 64

export interface LossOptions {
  /** Row list length, a multiple of ROW_STEP. */
  readonly rows: number
  /** Logits of a row. */
  readonly outputs: number
  /** Loss only, or with gradients. */
  readonly learn: boolean
  /** Whether something below the head trains, so that its gradient is wanted. */
  readonly below: boolean
  /** Share of every target that goes to all tokens alike. */
  readonly smoothing: number
  /** The frozen base on the same tokens, and the weight of KL(base ‖ this model); its rows are the input of that name. */
  readonly pulled?: { readonly to: Forward; readonly weight: number; readonly rows: string }
  /** Trainable tensors traced so far; asked after the head was traced, which may add some. */
  trainables(): Iterable<Tensor>
  /** Receives each gradient of a tensor that the head uses. */
  onGradient(t: Tensor, d: Tensor): void
}

/** Sum of token losses (1), the token losses themselves (count each, together `rows`), and the gradient of the scaled loss at `hidden` (B·T, C) when something below trains. */
export function traceLoss(g: Graph, { hidden, head }: Forward, options: LossOptions): { loss: Tensor; tokenLosses: readonly Tensor[]; dhidden: Tensor | undefined } {
  const { rows, outputs, learn, below, smoothing, pulled, onGradient } = options
  const index = g.input('rows', [rows], 'i32')
  const targets = g.input('targets', [rows], 'i32')
  const scale = g.input('loss scale', [1])
  const baseIndex = pulled && g.input(pulled.rows, [rows], 'i32')
  const widths = pulled ? 2 : 1
  const stretch = Math.max(ROW_STEP, Math.floor(WORKSPACE / (widths * outputs * 4) / ROW_STEP) * ROW_STEP)
  const tokenLosses: Tensor[] = []
  let loss: Tensor | undefined
  let dhidden: Tensor | undefined
  const baseLogits = (to: Forward, some: Tensor): Tensor => g.within('base', () => to.head(gatherRows(g, { x: to.hidden, rows: some }, {}).y)) // (count, V)
  const plus = (total: Tensor | undefined, more: Tensor): Tensor => (total ? add(g, { a: total, b: more }, {}).y : more)
  g.within('loss', () => {
    for (let at = 0; at < rows; at += stretch) {
      const count = Math.min(stretch, rows - at)
      const from = g.nodes.length
      const some = g.view(index, [count], at, `rows+${at}`)
      const x = gatherRows(g, { x: hidden, rows: some }, {}).y // (count, C)
      const logits = head(x) // (count, V)
      const inputs = { logits, targets: g.view(targets, [count], at, `targets+${at}`), scale }
      const parts = pulled
        ? crossEntropy(g, { ...inputs, base: baseLogits(pulled.to, g.view(baseIndex!, [count], at, `${pulled.rows}+${at}`)) }, { gradient: learn, smoothing, pull: pulled.weight })
        : crossEntropy(g, inputs, { gradient: learn, smoothing })
      tokenLosses.push(parts.loss)
      loss = plus(loss, sum(g, { x: parts.loss }, {}).total)
      if (!learn) continue
      const gradients = differentiate(g, new Map([[logits, parts.dlogits]]), [...(below ? [x] : []), ...options.trainables()], from)
      for (const [t, d] of gradients) {
        if (t === x) dhidden = plus(dhidden, scatterRows(g, { y: d, rows: some }, { rows: hidden.shape[0], skip: -1 }).x)
        else onGradient(t, d)
      }
    }
  })
  return { loss: loss!, tokenLosses, dhidden }
}
