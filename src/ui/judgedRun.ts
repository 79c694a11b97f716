// The run whose adapter answers as “tuned” and is taken away: the one on show, once it has saved an adapter.
import type { AppState } from '../store/appState.ts'
import type { RunRecord } from '../protocol/studio.ts'

export const judgedRun = (s: AppState): RunRecord | undefined => s.runs.value?.find((r) => r.id === s.runId && r.hasAdapter)

export const judgedRunId = (s: AppState): string | undefined => judgedRun(s)?.id
