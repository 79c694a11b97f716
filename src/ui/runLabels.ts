// Names of runs that tell them apart: where two are called the same, with the time they began.
import type { RunRecord } from '../protocol/studio.ts'
import { formatDate } from './format.ts'

export function runLabels(records: readonly Pick<RunRecord, 'recipe' | 'createdAt'>[]): readonly string[] {
  const dated = records.map(({ recipe, createdAt }) => {
    const isShared = records.filter((r) => r.recipe.name === recipe.name).length > 1
    return isShared ? `${recipe.name}, ${formatDate(createdAt)}` : recipe.name
  })
  return dated.map((label, i) => {
    const before = dated.slice(0, i).filter((d) => d === label).length
    return before > 0 ? `${label} (${before + 1})` : label
  })
}
