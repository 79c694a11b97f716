// How a run is scored, in words: the metric's name, its share and what it counts.
import type { Metric } from '../protocol/event.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { Score } from '../store/runState.ts'
import { formatCount, formatOf, formatShare } from './format.ts'
import { say } from './words/language.ts'

export const metricName = (metric: Metric): string => say().judge.measures[metric].name

/** 0 to 1. */
export const shareOf = ({ correct, total, entities }: Score): number => entities?.f1 ?? (total > 0 ? correct / total : 0)

/** What the share is of: "12 of 50". */
export const countText = ({ correct, total, entities }: Score): string => entities ? say().numbers.of(String(entities.right), String(entities.wanted)) : say().numbers.of(String(correct), String(total))

/** What is scored: "Accuracy on the test rows". */
export const scoreTitle = (score: Score | undefined): string => say().score[score?.unit === 'word' && !score.entities ? 'ofWords' : 'ofRows'](metricName(score?.metric ?? 'exact_match'))

/** Of labelled words, what F1 is made of. */
export function entityText({ entities, correct, total }: Score): string | undefined {
  if (!entities) return undefined
  return say().score.entities(formatOf(entities.right, 'entity'), formatCount(entities.wanted), formatShare(entities.precision, 1), formatShare(entities.recall, 1), formatShare(correct, total))
}

/** Runs of earlier versions say no metric. */
export const metricOf = ({ scores, recipe }: RunRecord): Metric => scores?.metric ?? (recipe.task === 'SEQ_CLS' ? 'accuracy' : 'exact_match')
