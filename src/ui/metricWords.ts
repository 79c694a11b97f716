// How a run is scored, in words: the metric's name, its share and what it counts.
import type { Metric } from '../protocol/event.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { Score } from '../store/runState.ts'
import { formatShare } from './format.ts'

export const METRIC_NAMES: Readonly<Record<Metric, string>> = { exact_match: 'Exact match', accuracy: 'Accuracy', f1: 'Entity F1' }

/** 0 to 1. */
export const shareOf = ({ correct, total, entities }: Score): number => entities?.f1 ?? (total > 0 ? correct / total : 0)

/** What the share is of: "12 of 50", "12 of 15 entities". */
export function countText({ correct, total, entities, unit }: Score): string {
  if (entities) return `${entities.right} of ${entities.wanted} ${entities.wanted === 1 ? 'entity' : 'entities'}`
  return `${correct} of ${total}${unit === 'word' ? (total === 1 ? ' word' : ' words') : ''}`
}

/** Of labelled words, what F1 is made of. */
export function entityText({ entities, correct, total }: Score): string | undefined {
  if (!entities) return undefined
  return `precision ${formatShare(entities.precision, 1)}, recall ${formatShare(entities.recall, 1)}, ${formatShare(correct, total)} of words right`
}

/** Runs of earlier versions say no metric. */
export const metricOf = ({ scores, recipe }: RunRecord): Metric => scores?.metric ?? (recipe.task === 'SEQ_CLS' ? 'accuracy' : 'exact_match')
