// The list of runs as a person wants to see it: filtered and sorted. Pure.
import type { RunRecord } from '../protocol/studio.ts'

export const SORTS = ['name', 'status', 'method', 'steps', 'loss', 'score', 'started'] as const
export type SortBy = (typeof SORTS)[number]
export const STATUSES = ['running', 'paused', 'stopped', 'done', 'failed'] as const satisfies readonly RunRecord['status'][]

export interface RunView {
  /** Every word must occur in a run's name, method, data or base. */
  readonly query: string
  readonly status?: RunRecord['status']
  readonly by: SortBy
  readonly descending: boolean
}

export const newestFirst: RunView = { query: '', by: 'started', descending: true }

/** @param methodOf its methods as a person reads them */
export function shownRuns(runs: readonly RunRecord[], { query, status, by, descending }: RunView, methodOf: (run: RunRecord) => string): readonly RunRecord[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const isMeant = (run: RunRecord): boolean => {
    if (status !== undefined && run.status !== status) return false
    const { name, base, data } = run.recipe
    const text = [name, methodOf(run), base.id, data.id, ...(data.tasks?.map((t) => t.name) ?? [])].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  }
  const key = (run: RunRecord): string | number | undefined => {
    switch (by) {
      case 'name':
        return run.recipe.name.toLowerCase()
      case 'status':
        return run.status
      case 'method':
        return methodOf(run).toLowerCase()
      case 'steps':
        return run.step
      case 'loss':
        return run.lastLoss
      case 'score':
        return run.scores?.after
      case 'started':
        return run.createdAt
      default:
        return by satisfies never
    }
  }
  const order = (a: RunRecord, b: RunRecord): number => {
    const [x, y] = [key(a), key(b)]
    // What has no value stands last, whichever way is up.
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined) || b.createdAt - a.createdAt
    const way = x < y ? -1 : x > y ? 1 : 0
    return (descending ? -way : way) || b.createdAt - a.createdAt
  }
  return runs.filter(isMeant).toSorted(order)
}

/** Another column, or the same one the other way round; numbers begin with the largest, losses and words with the least. */
export const sortedBy = (view: RunView, by: SortBy): RunView => ({ ...view, by, descending: view.by === by ? !view.descending : by === 'score' || by === 'started' || by === 'steps' })
