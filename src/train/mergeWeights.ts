// Adapters merged into the mounted weights, so that every answer has them at no cost, and taken out again: the base's
// tensors are uploaded anew from its files, which restores them bit for bit.
import { unmergeable, type MergedAdapter } from '../adapters/mergeInto.ts'
import { Fault } from '../protocol/failure.ts'
import type { Base } from './base.ts'
import { mergedModel } from './mergedModel.ts'
import type { FittingAdapter, OpenAdapter } from './openAdapter.ts'
import { takeWindow } from './params.ts'

export interface Weighted {
  readonly adapter: OpenAdapter
  readonly weight: number
}

/** Why it has no place in the weights, in a sentence. */
export const unmergeableAdapter = ({ attachments }: FittingAdapter): string | undefined => attachments.map(unmergeable).find((why) => why !== undefined)

/** Each method of each adapter, in order, with its tensors by key. */
export function mergedAdapters(given: readonly Weighted[]): MergedAdapter[] {
  return given.flatMap(({ adapter: { attachments, layout, values }, weight }) =>
    attachments.map((attachment, owner) => ({
      attachment,
      weight,
      read: (key: string) => {
        const w = layout.windows.get(key)
        return w && w.owner === owner ? takeWindow(values, w) : undefined
      },
    })),
  )
}

/** Replaces what was merged before; none gives the base back. */
export async function mergeIntoMounted(base: Base, given: readonly Weighted[]): Promise<void> {
  const { manifest } = base.outline
  if (given.length === 0) return base.weights.swap(base.folder, new Set(), manifest)
  const merged = mergedModel(base, mergedAdapters(given))
  if (merged.untied)
    throw new Fault('bad-adapter', 'This model shares one matrix between its embedding and its head, and the adapter changes only one of them.', 'Keep it attached, or export the merged model, where they are two.')
  await base.weights.swap(merged, merged.changed, manifest)
}
