// Which adapters answer, and how strongly: pure edits and questions. Until the person chooses, it is the adapter of the
// run on show.
import type { AdapterInfo, AdapterUse } from '../protocol/adapters.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { AppState } from './appState.ts'

/** The run whose adapter is judged and taken away: the one on show, once it has saved an adapter. */
export const judgedRun = (s: AppState): RunRecord | undefined => s.runs.value?.find((r) => r.id === s.runId && r.hasAdapter)

const NONE: readonly AdapterUse[] = []

/** The person's choice, without what is gone or does not fit the open base. The same array while nothing changes. */
export function activeUses(s: AppState): readonly AdapterUse[] {
  if (s.chosenUses) return s.chosenUses
  const run = judgedRun(s)
  return run ? ofRun(run) : NONE
}

const byRun = new WeakMap<RunRecord, readonly AdapterUse[]>()
function ofRun(run: RunRecord): readonly AdapterUse[] {
  const known = byRun.get(run) ?? [{ id: run.id, weight: 1 }]
  byRun.set(run, known)
  return known
}

/** Only what is stored and fits; the same array where nothing falls away. */
export function usable(uses: readonly AdapterUse[], adapters: readonly AdapterInfo[]): readonly AdapterUse[] {
  const left = uses.filter((use) => adapters.some((a) => a.id === use.id && a.misfit === undefined))
  return left.length === uses.length ? uses : left
}

export const toggled = (uses: readonly AdapterUse[], id: string): readonly AdapterUse[] =>
  uses.some((use) => use.id === id) ? uses.filter((use) => use.id !== id) : [...uses, { id, weight: 1 }]

export const weighted = (uses: readonly AdapterUse[], id: string, weight: number): readonly AdapterUse[] =>
  uses.map((use) => (use.id === id ? { id, weight } : use))
