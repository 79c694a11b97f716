// A plan in words: how far down its gradients go, and what that spares.
import type { PlanSummary } from '../protocol/event.ts'
import { formatBytes, formatCount, formatOf } from './format.ts'
import { say } from './words/language.ts'

export function backwardText({ layers, of, sparedBytes }: NonNullable<PlanSummary['backward']>): string {
  const w = say().backward
  const through = layers === 0 ? w.none : layers === of ? w.all(formatOf(of, 'layer')) : w.top(formatCount(layers), formatOf(of, 'layer'))
  return sparedBytes > 0 ? w.spares(through, formatBytes(sparedBytes)) : `${through}.`
}
