// A plan in words: how far down its gradients go, and what that spares.
import type { PlanSummary } from '../protocol/event.ts'
import { formatBytes, formatCount, formatOf } from './format.ts'

export function backwardText({ layers, of, sparedBytes }: NonNullable<PlanSummary['backward']>): string {
  const through = layers === 0 ? 'Gradients enter no layer' : layers === of ? `Gradients pass through all ${formatOf(of, 'layer')}` : `Gradients pass through the top ${formatCount(layers)} of ${formatOf(of, 'layer')}`
  return sparedBytes > 0 ? `${through}: ${formatBytes(sparedBytes)} of activations less than full tuning keeps.` : `${through}.`
}
