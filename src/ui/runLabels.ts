// Names of runs that tell them apart: where two are called the same, as after runs on the same rows, with their method; where that
// is the same too, with the time they began.
import type { Recipe } from '../protocol/recipe.ts'
import type { RunRecord } from '../protocol/studio.ts'
import { formatDate } from './format.ts'

type Labelled = Pick<RunRecord, 'recipe' | 'createdAt'>

/** @param methodOf what a recipe trains, in words */
export function runLabels(records: readonly Labelled[], methodOf: (recipe: Recipe) => string): readonly string[] {
  /** Says more of those that are called alike, where it tells them apart. */
  const apart = (labels: readonly string[], more: (record: Labelled) => string): string[] => {
    const said = records.map(more)
    return labels.map((label, i) => (labels.some((other, k) => other === label && said[k] !== said[i]) ? `${label}, ${said[i]}` : label))
  }
  const named = apart(records.map((r) => r.recipe.name), (r) => methodOf(r.recipe))
  // Minutes are what a date shows; runs of one minute are numbered.
  const dated = apart(named, (r) => formatDate(r.createdAt))
  return dated.map((label, i) => {
    const before = dated.slice(0, i).filter((d) => d === label).length
    return before > 0 ? `${label} (${before + 1})` : label
  })
}
