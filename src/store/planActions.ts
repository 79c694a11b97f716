// Keeps the rendered data and the plan (bytes, parameters, time) in step with the recipe. The exact bytes come at once;
// the time follows from a measured probe step. One estimate runs at a time, and none while the GPU trains.
import type { Context } from './context.ts'
import { isAnswering, plannedOf, type AppState } from './appState.ts'
import type { DataActions } from './dataActions.ts'
import { answer, settled, waiting } from './held.ts'
import { stepKey } from './efforts.ts'
import { dataKey, recipeProblems } from './recipeEdits.ts'

/** Quiet time before the bytes are planned: long enough for a number to be typed to its end. */
const PLAN_AFTER_MS = 400
/** Further quiet time before the probe: it takes the GPU, and nothing else can run meanwhile. */
const PROBE_AFTER_MS = 1000

export interface PlanActions {
  /** Watches the store until the answer is called. */
  keepPlanned(): () => void
}

const WATCHED = ['recipe', 'base', 'dataset', 'working', 'asked', 'device', 'methods', 'elsewhere'] as const satisfies (keyof AppState)[]

const isSound = (s: AppState): boolean => recipeProblems(s.recipe, s.methods.value ?? []).length === 0
const isOpen = (s: AppState): boolean => Boolean(s.base.value && s.dataset.value && !s.base.busy && !s.dataset.busy)

export function planActions({ studio, store }: Context, data: DataActions): PlanActions {
  const { getState, setState } = store
  let plannedFor = ''
  let probedFor = ''
  let isEstimating = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function estimate(probe: boolean): Promise<void> {
    const { recipe } = getState()
    const key = plannedOf(getState())
    if (probe) probedFor = key
    else plannedFor = key
    isEstimating = true
    setState((s) => ({ plan: waiting(s.plan) }))
    const result = await answer(studio.estimate(recipe, probe))
    isEstimating = false
    const isWanted = plannedOf(getState()) === key
    // After the bytes it stays busy until the probe has told the time.
    const busy = isWanted ? result.ok && !probe : getState().plan.busy
    setState((s) => ({ plan: { ...(isWanted ? settled(s.plan, result) : s.plan), busy } }))
    if (result.ok && result.value.seconds !== undefined) setState({ stepTime: { of: stepKey(recipe), seconds: result.value.seconds / recipe.training.steps } })
    if (!result.ok) probedFor = key
  }

  async function catchUp(): Promise<void> {
    const now = getState()
    if (!isOpen(now) || !isSound(now) || now.working || isEstimating) return
    const key = plannedOf(now)
    if (now.renderedFor !== dataKey(now.recipe)) {
      await data.readAgain()
      schedule(PLAN_AFTER_MS)
    } else if (key !== plannedFor) {
      await estimate(false)
      schedule(plannedOf(getState()) === key ? PROBE_AFTER_MS : PLAN_AFTER_MS)
      // Another tab's run would wait for the probe, and the probe would measure it.
    } else if (key !== probedFor && now.device.value && !isAnswering(now) && !now.elsewhere) {
      await estimate(true)
      schedule(PLAN_AFTER_MS)
    } else if (now.plan.busy) setState((s) => ({ plan: { ...s.plan, busy: false } }))
  }

  function schedule(afterMs: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void catchUp(), afterMs)
  }

  return {
    keepPlanned() {
      const stop = store.subscribe((now, before) => {
        if (WATCHED.some((name) => now[name] !== before[name])) schedule(PLAN_AFTER_MS)
      })
      return () => {
        clearTimeout(timer)
        stop()
      }
    },
  }
}
