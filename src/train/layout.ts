// Where every trainable tensor lives in the flat buffers (value, gradient, first and second moment), and which optimizer
// group it belongs to. Windows start at whole blocks, so that each can be bound by itself; the gaps stay zero.
import { sizeOf } from '../graph/shape.ts'
import { BLOCK } from '../ops/adamw.ts'
import type { TrainableEntry } from './census.ts'

export interface Window extends TrainableEntry {
  /** Elements from the start of the flat buffers. */
  readonly offset: number
  readonly size: number
}

/** Multiplies the run's learning rate; decay is absolute. */
export interface Group {
  readonly lrScale: number
  readonly weightDecay: number
  /** Updates of the run before the tensor began to train; unsaid: 0. */
  readonly since?: number
}

export interface Layout {
  readonly windows: ReadonlyMap<string, Window>
  /** Elements of each flat buffer, gaps included. */
  readonly length: number
}

export function layOut(trainables: readonly TrainableEntry[]): Layout {
  const windows = new Map<string, Window>()
  let offset = 0
  for (const entry of trainables) {
    const size = sizeOf(entry.shape)
    windows.set(entry.key, { ...entry, offset, size })
    offset += Math.ceil(size / BLOCK) * BLOCK
  }
  return { windows, length: Math.max(offset, BLOCK) }
}

/** Group number of every block, and the table of distinct groups. */
export function groupBlocks(layout: Layout, groupOf: (w: Window) => Group): { blocks: Uint32Array; groups: Group[] } {
  const blocks = new Uint32Array(layout.length / BLOCK)
  const groups: Group[] = []
  for (const w of layout.windows.values()) {
    const group = groupOf(w)
    let index = groups.findIndex((g) => g.lrScale === group.lrScale && g.weightDecay === group.weightDecay && (g.since ?? 0) === (group.since ?? 0))
    if (index < 0) index = groups.push(group) - 1
    blocks.fill(index, w.offset / BLOCK, (w.offset + Math.ceil(w.size / BLOCK) * BLOCK) / BLOCK)
  }
  return { blocks, groups: groups.length > 0 ? groups : [{ lrScale: 0, weightDecay: 0 }] }
}
