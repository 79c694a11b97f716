// Which run's adapter answers as “tuned” and is taken away: the one on show, or, while a fresh run is paused and its
// record is only in the list, the newest unfinished one.
import type { AppState } from '../store/appState.ts'
import type { RunRecord } from '../protocol/studio.ts'

export function judgedRun(s: AppState): RunRecord | undefined {
  const runs = s.runs.value ?? []
  if (s.runId !== undefined) return runs.find((r) => r.id === s.runId && r.hasAdapter)
  if (!s.working || s.run.phase !== 'paused') return undefined
  return runs.filter((r) => r.hasAdapter && (r.status === 'paused' || r.status === 'running')).sort((a, b) => b.createdAt - a.createdAt)[0]
}

export const judgedRunId = (s: AppState): string | undefined => judgedRun(s)?.id
