// Starts, pauses, continues and stops the one run that trains, and folds its events into the store.
import type { RunEvent } from '../protocol/event.ts'
import type { Result, RunRecord } from '../protocol/studio.ts'
import type { AppState } from './appState.ts'
import type { Context } from './context.ts'
import { batch } from './batch.ts'
import { answer } from './held.ts'
import { withTraining } from './recipeEdits.ts'
import type { RecipeActions } from './recipeActions.ts'
import type { RunListActions } from './runListActions.ts'
import { applyAll, newRun } from './runState.ts'

export interface TrainActions {
  train(): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
  /** Goes on from a stored run's last checkpoint, at another peak learning rate if one is given. */
  continueRun(id: string, learningRate?: number): Promise<void>
}

export function trainActions({ studio, store }: Context, runList: RunListActions, recipes: RecipeActions): TrainActions {
  const { getState, setState } = store

  /** Reads the list again; a run that was not in it before the call is the one that trains. */
  async function readList(known: ReadonlySet<string>): Promise<void> {
    await runList.refreshRuns()
    const fresh = getState().runs.value?.find((r) => !known.has(r.id))
    if (fresh && getState().runId === undefined) setState({ runId: fresh.id })
  }

  /** Runs one training call from its first event to its record. */
  async function follow(call: (onEvent: (event: RunEvent) => void) => Promise<Result<RunRecord>>): Promise<void> {
    const known = new Set(getState().runs.value?.map((r) => r.id))
    const events = batch<RunEvent>((items) => {
      setState((s) => ({ run: applyAll(s.run, items) }))
      if (items.some((e) => e.type === 'checkpoint' || e.type === 'phase')) void readList(known)
    })
    setState({ working: true })
    const result = await answer(call((event) => events.add(event)))
    events.flush()
    setState((s) => ({ working: false, ...ended(s, result) }))
    await readList(known)
  }

  return {
    async train() {
      const { recipe, working } = getState()
      if (working) return
      // The adapter that is being made will be the one to judge.
      const { runId: _runId, asked: _asked, chosenUses: _uses, ...rest } = getState()
      setState({ ...rest, run: newRun(recipe.training.steps) }, true)
      await follow((onEvent) => studio.train(recipe, onEvent))
    },
    pause: () => studio.pause(),
    resume: () => studio.resume(),
    stop: () => studio.stop(),
    async continueRun(id, learningRate) {
      const record = getState().runs.value?.find((r) => r.id === id)
      if (getState().working || !record) return
      await recipes.takeRecipe(learningRate === undefined ? record.recipe : withTraining(record.recipe, 'learning_rate', learningRate))
      // A run keeps what it needs to go on, so that a folder or file the page cannot reopen is no obstacle here.
      recipes.dismissNotice()
      if (getState().runId === id || (await runList.showRun(id))) await follow((onEvent) => studio.continueRun(id, onEvent, learningRate))
    },
  }
}

function ended({ run }: AppState, result: Result<RunRecord>): Partial<AppState> {
  if (!result.ok) return { run: { ...run, phase: 'failed', failure: result.failure } }
  const { id, status } = result.value
  return { runId: id, run: { ...run, phase: status === 'running' ? 'stopped' : status } }
}
