// How large the gradient is in each layer: the L2 norm over the windows of its tensors in the flat gradient buffer.
import { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import { norm } from '../ops/norm.ts'
import type { Layout } from './layout.ts'

/** A stretch of the flat buffers that belongs to one level of the model's depth (see levels.ts). */
export interface Stretch {
  readonly level: number
  /** Elements; gaps between windows are zero and count for nothing. */
  readonly offset: number
  readonly length: number
}

/** Neighbours of one level are one stretch, so that most layers take a single norm. */
export function stretchesOf(layout: Layout, levels: ReadonlyMap<string, number>): readonly Stretch[] {
  const found: Stretch[] = []
  for (const { key, offset, size } of [...layout.windows.values()].toSorted((a, b) => a.offset - b.offset)) {
    const level = levels.get(key)!
    const last = found.at(-1)
    if (last?.level === level) found[found.length - 1] = { ...last, length: offset + size - last.offset }
    else found.push({ level, offset, length: size })
  }
  return found
}

/** A norm (1) for every stretch, in order. */
export function traceLayerNorms(layout: Layout, stretches: readonly Stretch[]): { readonly graph: Graph; readonly norms: readonly Tensor[] } {
  const graph = new Graph()
  const flat = graph.source('state', 'gradient', [layout.length])
  return { graph, norms: stretches.map(({ level, offset, length }, i) => norm(graph, { x: graph.view(flat, [length], offset, `gradient of level ${level}, ${i}`) }, {}).norm) }
}

/** Levels from the lowest up, each with its norm over all of its stretches. */
export function normsByLevel(stretches: readonly Stretch[], norms: ArrayLike<number>): readonly (readonly [level: number, norm: number])[] {
  const squares = new Map<number, number>()
  stretches.forEach(({ level }, i) => squares.set(level, (squares.get(level) ?? 0) + norms[i] ** 2))
  return [...squares].toSorted(([a], [b]) => a - b).map(([level, sum]) => [level, Math.sqrt(sum)])
}
