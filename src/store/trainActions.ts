// Starts, pauses, continues and stops the one run that trains, and folds its events into the store.
import type { RunEvent } from '../protocol/event.ts'
import type { Result, RunRecord } from '../protocol/studio.ts'
import type { Context } from './appStore.ts'
import { batch } from './batch.ts'
import { answer } from './held.ts'
import type { RecipeActions } from './recipeActions.ts'
import type { RunListActions } from './runListActions.ts'
import { applyAll, newRun } from './runState.ts'

export interface TrainActions {
  train(): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
  /** Goes on from a stored run's last checkpoint. */
  continueRun(id: string): Promise<void>
}

export function trainActions({ studio, store }: Context, runList: RunListActions, recipes: RecipeActions): TrainActions {
  const { getState, setState } = store

  /** Runs one training call from its first event to its record. */
  async function follow(call: (onEvent: (event: RunEvent) => void) => Promise<Result<RunRecord>>): Promise<void> {
    const events = batch<RunEvent>((items) => {
      setState((s) => ({ run: applyAll(s.run, items) }))
      // A run is listed from its first committed state on; the page learns its id from the list.
      if (items.some((e) => e.type === 'checkpoint' || e.type === 'phase')) void runList.refreshRuns()
    })
    setState({ working: true })
    const result = await answer(call((event) => events.add(event)))
    events.flush()
    setState((s) => ({
      working: false,
      ...(result.ok
        ? { runId: result.value.id, run: { ...s.run, phase: result.value.status === 'running' ? 'stopped' : result.value.status } }
        : { run: { ...s.run, phase: 'failed', failure: result.failure } }),
    }))
    await runList.refreshRuns()
  }

  return {
    async train() {
      const { recipe, working } = getState()
      if (working) return
      const { runId: _runId, asked: _asked, ...rest } = getState()
      setState({ ...rest, run: newRun(recipe.training.steps) }, true)
      await follow((onEvent) => studio.train(recipe, onEvent))
    },
    pause: () => studio.pause(),
    resume: () => studio.resume(),
    stop: () => studio.stop(),
    async continueRun(id) {
      const record = getState().runs.value?.find((r) => r.id === id)
      if (getState().working || !record) return
      await recipes.takeRecipe(record.recipe)
      // A run keeps what it needs to go on, so that a folder or file the page cannot reopen is no obstacle here.
      recipes.dismissNotice()
      if (getState().runId === id || (await runList.showRun(id))) await follow((onEvent) => studio.continueRun(id, onEvent))
    },
  }
}
