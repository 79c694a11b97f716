// Keeps the rendered data and the plan (bytes, parameters, time) in step with the recipe. The exact bytes come at once;
// the time follows from a measured probe step. One estimate runs at a time, and none while the GPU trains.
import type { Context } from './appStore.ts'
import { isAnswering, type AppState } from './appState.ts'
import type { DataActions } from './dataActions.ts'
import { answer, settled, waiting } from './held.ts'
import { dataKey, planKey, recipeProblems } from './recipeEdits.ts'

const DEBOUNCE_MS = 400

export interface PlanActions {
  /** Watches the store until the answer is called. */
  keepPlanned(): () => void
}

const WATCHED = ['recipe', 'base', 'dataset', 'working', 'asked', 'device', 'methods'] as const satisfies (keyof AppState)[]

const isSound = (s: AppState): boolean => recipeProblems(s.recipe, s.methods.value ?? []).length === 0
const isOpen = (s: AppState): boolean => Boolean(s.base.value && s.dataset.value && !s.base.busy && !s.dataset.busy)

export function planActions({ studio, store }: Context, data: DataActions): PlanActions {
  const { getState, setState } = store
  const keyOf = (s: AppState): string => `${s.base.value?.id} ${s.dataset.value?.name} ${planKey(s.recipe)}`
  let plannedFor = ''
  let isPlanning = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function plan(): Promise<void> {
    const { recipe } = getState()
    const key = keyOf(getState())
    plannedFor = key
    isPlanning = true
    for (const probe of [false, true]) {
      setState((s) => ({ plan: waiting(s.plan) }))
      const result = await answer(studio.estimate(recipe, probe))
      const isWanted = keyOf(getState()) === key
      if (isWanted) setState((s) => ({ plan: { ...settled(s.plan, result), busy: result.ok && !probe } }))
      if (!result.ok || !isWanted || getState().working) break
    }
    isPlanning = false
    setState((s) => ({ plan: { ...s.plan, busy: false } }))
  }

  async function catchUp(): Promise<void> {
    const now = getState()
    if (!isOpen(now) || !isSound(now) || now.working) return
    if (now.renderedFor !== dataKey(now.recipe)) await data.readAgain()
    else if (now.device.value && !isPlanning && !isAnswering(now) && keyOf(now) !== plannedFor) await plan()
    else return
    schedule()
  }

  function schedule(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void catchUp(), DEBOUNCE_MS)
  }

  return {
    keepPlanned() {
      const stop = store.subscribe((now, before) => {
        if (WATCHED.some((name) => now[name] !== before[name])) schedule()
      })
      return () => {
        clearTimeout(timer)
        stop()
      }
    },
  }
}
