// How curves and the list of runs are looked at: a reload does not change it. Read back field by field, like the rest of the desk.
import { isRecord, type JsonObject } from '../protocol/record.ts'
import { newestFirst, SORTS, STATUSES, type RunView } from './runTable.ts'

export interface CurveView {
  readonly smoothed: boolean
  readonly raw: boolean
  readonly log: boolean
  /** Steps shown, from the last one back; unsaid: all. */
  readonly last?: number
}

export interface Views {
  /** Of the run on show. */
  readonly curves: CurveView
  /** Of runs side by side; `more`: with gradient norm and learning rate. */
  readonly compared: { readonly log: boolean; readonly more: boolean }
  /** Of the list of runs. */
  readonly runs: RunView
}

export const firstViews: Views = { curves: { smoothed: true, raw: true, log: false }, compared: { log: false, more: false }, runs: newestFirst }

/** What is not known takes its first value. */
export function readViews(value: unknown): Views {
  const { curves, compared, runs } = recordOf(value)
  return { curves: readCurves(recordOf(curves)), compared: flags(recordOf(compared), firstViews.compared), runs: readRuns(recordOf(runs)) }
}

const recordOf = (value: unknown): JsonObject => (isRecord(value) ? value : {})

function flags<T extends Readonly<Record<string, boolean>>>(given: JsonObject, first: T): T {
  return Object.fromEntries(Object.entries(first).map(([name, value]) => [name, typeof given[name] === 'boolean' ? given[name] : value])) as T
}

function readCurves({ last, ...given }: JsonObject): CurveView {
  const { smoothed, raw, log } = firstViews.curves
  const read = flags(given, { smoothed, raw, log })
  // One of the two is always there to see.
  return { ...read, raw: read.raw || !read.smoothed, ...(Number.isInteger(last) && Number(last) > 0 && { last: Number(last) }) }
}

function readRuns({ query, status, by, descending }: JsonObject): RunView {
  const known = STATUSES.find((s) => s === status)
  return {
    query: typeof query === 'string' ? query.slice(0, 200) : '',
    ...(known && { status: known }),
    by: SORTS.find((s) => s === by) ?? newestFirst.by,
    descending: typeof descending === 'boolean' ? descending : newestFirst.descending,
  }
}
