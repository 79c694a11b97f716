// The runs that are looked at side by side, each with its curves.
import { MOST_COMPARED, type AppState, type ComparedRuns } from './appState.ts'
import type { Context } from './context.ts'
import { answer, settled } from './held.ts'
import { applyAll, newRun } from './runState.ts'

export interface CompareActions {
  /** Takes a stored run in, or out again; beyond the most there can be, nothing happens. */
  compare(id: string, isIn: boolean): Promise<void>
  clearCompared(): void
}

export function compareActions({ studio, store }: Context): CompareActions {
  const { getState, setState } = store
  const without = (s: AppState, id: string): ComparedRuns => s.compared.filter((c) => c.id !== id)
  return {
    async compare(id, isIn) {
      const { compared, runs } = getState()
      if (!isIn) return setState((s) => ({ compared: without(s, id) }))
      if (compared.length >= MOST_COMPARED || compared.some((c) => c.id === id)) return
      setState({ compared: [...compared, { id, run: { busy: true } }] })
      const events = await answer(studio.runEvents(id))
      const steps = runs.value?.find((r) => r.id === id)?.recipe.training.steps ?? 0
      const found = events.ok ? { ok: true as const, value: applyAll(newRun(steps), events.value) } : events
      setState((s) => ({ compared: s.compared.map((c) => (c.id === id ? { id, run: settled(c.run, found) } : c)) }))
    },
    clearCompared: () => setState({ compared: [] }),
  }
}
