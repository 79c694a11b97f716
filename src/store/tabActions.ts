// Runs of other tabs: one is named, watched as it goes on, and taken over when the person says so.
import type { RunEvent } from '../protocol/event.ts'
import type { TabNews } from '../protocol/keep.ts'
import { isNamedBase } from '../protocol/isNamedBase.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { Context } from './context.ts'
import { answer } from './held.ts'
import type { ModelActions } from './modelActions.ts'
import type { RunListActions } from './runListActions.ts'
import { applyAll } from './runState.ts'
import type { TrainActions } from './trainActions.ts'

export interface TabActions {
  /** Hears of other tabs' runs from here on; call it once. */
  keepWatching(): void
  /** Shows the other tab's run, and follows it. */
  watchElsewhere(): Promise<void>
  /** Has the other tab save the run and let go, and goes on with it here. */
  takeOver(): Promise<void>
}

export function tabActions({ studio, store }: Context, model: ModelActions, runList: RunListActions, train: TrainActions): TabActions {
  const { getState, setState } = store

  async function canOpen(base: Recipe['base']): Promise<boolean> {
    const open = getState().base.value
    return (open !== undefined && isNamedBase(base, open)) || model.openKept(base)
  }

  function follow(events: readonly RunEvent[]): void {
    setState((s) => {
      // What is told again may be on show already.
      const fresh = events.filter((e) => !('step' in e) || e.step > s.run.step)
      return { run: applyAll(s.run, fresh) }
    })
  }

  function hear(news: TabNews): void {
    const { elsewhere, watching, working } = getState()
    switch (news.kind) {
      case 'live':
        return setState({ elsewhere: news })
      case 'events': {
        if (elsewhere?.runId !== news.runId) return
        const step = news.events.findLast((e) => e.type === 'step')
        if (step) setState({ elsewhere: { ...elsewhere, step: Math.max(elsewhere.step, step.step) } })
        if (watching === news.runId && !working) follow(news.events)
        return
      }
      case 'ended': {
        if (elsewhere?.runId !== news.runId) return
        setState(({ elsewhere: _gone, watching: _over, ...rest }) => rest, true)
        void runList.refreshRuns().then(() => (watching === news.runId && !getState().working ? runList.showRun(news.runId) : undefined))
        return
      }
      case 'yielded':
        return setState({ notice: { code: 'cancelled', message: 'This run goes on in another tab, which asked for it.', hint: 'Watch it there, or take it back from here.' } })
      default:
        return news satisfies never
    }
  }

  return {
    keepWatching: () => void studio.watchTabs(hear).catch(() => undefined),
    async watchElsewhere() {
      const { elsewhere, working } = getState()
      if (!elsewhere || working) return
      await runList.refreshRuns()
      if (!(await runList.showRun(elsewhere.runId))) return
      setState((s) => ({ watching: elsewhere.runId, run: { ...s.run, phase: 'training' } }))
      await studio.askTab(elsewhere.runId)
    },
    async takeOver() {
      const { elsewhere, working } = getState()
      if (!elsewhere || working) return
      await runList.refreshRuns()
      const { base } = getState().runs.value?.find((r) => r.id === elsewhere.runId)?.recipe ?? {}
      // Stopped there, it could not go on here.
      if (base?.source === 'folder' && !(await canOpen(base)))
        return setState({ notice: { code: 'bad-model', message: `This run tunes the model folder ${base.id}, which is not open.`, hint: 'Drop that folder on the page, then take the run over.' } })
      const result = await answer(studio.takeOver(elsewhere.runId))
      if (!result.ok) return setState({ notice: result.failure })
      setState(({ elsewhere: _gone, watching: _over, ...rest }) => rest, true)
      await runList.refreshRuns()
      await train.continueRun(elsewhere.runId)
    },
  }
}
