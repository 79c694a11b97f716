// The stored runs: list them, show one, delete one, take one away.
import { toFailure } from '../protocol/failure.ts'
import type { Context } from './context.ts'
import { answer, settled, waiting } from './held.ts'
import { applyAll, newRun } from './runState.ts'
import { zipNames } from './zipNames.ts'

export interface RunListActions {
  refreshRuns(): Promise<void>
  /** Shows a stored run's curves and scores. */
  showRun(id: string): Promise<boolean>
  deleteRun(id: string): Promise<void>
  /** Makes the zip; the caller saves it. */
  exportRun(id: string): Promise<{ readonly name: string; readonly zip: Blob } | undefined>
}

export function runListActions({ studio, store }: Context): RunListActions {
  const { getState, setState } = store

  async function refreshRuns(): Promise<void> {
    setState((s) => ({ runs: waiting(s.runs) }))
    const runs = await answer(studio.runs())
    setState((s) => ({ runs: settled(s.runs, runs) }))
  }

  return {
    refreshRuns,
    async showRun(id) {
      const record = getState().runs.value?.find((r) => r.id === id)
      const events = await answer(studio.runEvents(id))
      if (getState().working) return false
      if (!events.ok) {
        setState({ notice: events.failure })
        return false
      }
      const empty = newRun(record?.recipe.training.steps ?? 0)
      const run = applyAll(record?.plan ? { ...empty, plan: record.plan } : empty, events.value)
      // The last event of a run that a closed tab cut off says that it trains; only the record knows better.
      const phase = record && record.status !== 'running' ? record.status : 'stopped'
      setState(({ chosenUses: _uses, ...s }) => ({ ...s, run: { ...run, phase }, runId: id }), true)
      return true
    },
    async deleteRun(id) {
      const result = await answer(studio.deleteRun(id))
      if (!result.ok) setState({ notice: result.failure })
      // A run that is gone would take the place of another one in the comparison.
      else setState((s) => ({ compared: s.compared.filter((c) => c.id !== id) }))
      if (result.ok && getState().runId === id && !getState().working) {
        setState(({ runId: _runId, ...rest }) => ({ ...rest, run: newRun(0) }), true)
      }
      await refreshRuns()
    },
    async exportRun(id) {
      setState((s) => ({ exporting: waiting(s.exporting) }))
      const result = await answer(studio.exportRun(id))
      if (!result.ok) {
        setState((s) => ({ exporting: settled(s.exporting, result) }))
        return undefined
      }
      const { name, zip } = result.value
      try {
        const files = await zipNames(zip)
        setState({ exporting: { busy: false, value: { runId: id, name, bytes: zip.size, files } } })
        return result.value
      } catch (error) {
        setState((s) => ({ exporting: settled(s.exporting, { ok: false, failure: toFailure(error) }) }))
        return undefined
      }
    },
  }
}
