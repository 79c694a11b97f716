// How a run is scored, in words: the metric's name, its share and what it counts.
import type { Metric } from '../protocol/event.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { Score } from '../store/runState.ts'
import { formatCount, formatOf, formatShare } from './format.ts'

export const METRIC_NAMES: Readonly<Record<Metric, string>> = { exact_match: 'Exact match', accuracy: 'Accuracy', f1: 'Entity F1' }

/** 0 to 1. */
export const shareOf = ({ correct, total, entities }: Score): number => entities?.f1 ?? (total > 0 ? correct / total : 0)

/** What the share is of: "12 of 50". */
export const countText = ({ correct, total, entities }: Score): string => (entities ? `${entities.right} of ${entities.wanted}` : `${correct} of ${total}`)

/** What is scored: "Accuracy on the test rows". */
export const scoreTitle = (score: Score | undefined): string => `${METRIC_NAMES[score?.metric ?? 'exact_match']} on ${score?.unit === 'word' && !score.entities ? 'the words of ' : ''}the test rows`

/** Of labelled words, what F1 is made of. */
export function entityText({ entities, correct, total }: Score): string | undefined {
  if (!entities) return undefined
  return `${formatOf(entities.right, 'entity', 'entities')} of ${formatCount(entities.wanted)} found, precision ${formatShare(entities.precision, 1)}, recall ${formatShare(entities.recall, 1)}, ${formatShare(correct, total)} of words right`
}

/** Runs of earlier versions say no metric. */
export const metricOf = ({ scores, recipe }: RunRecord): Metric => scores?.metric ?? (recipe.task === 'SEQ_CLS' ? 'accuracy' : 'exact_match')
