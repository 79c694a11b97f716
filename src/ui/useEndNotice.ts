// Tells a person who looks elsewhere that the run of this tab is over: done, stopped by itself, or failed. Once for each.
import { useEffect, useRef } from 'react'
import { useShallow } from 'zustand/react/shallow'
import type { RunState } from '../store/runState.ts'
import { useApp } from './AppContext.ts'
import { areNoticesOn, notify } from './notices.ts'
import { endSentence } from './runWords.ts'

export interface Going {
  readonly working: boolean
  readonly phase: RunState['phase'] | undefined
}

/** Whether a run ended by itself between two looks at it; one that was stopped by hand did not. */
export const hasEnded = (was: Going, is: Going): boolean => (was.working || is.working) && was.phase !== is.phase && (is.phase === 'done' || is.phase === 'failed')

export function useEndNotice(): void {
  const going = useApp(useShallow((s): Going => ({ working: s.working, phase: s.run.phase })))
  const sentence = useApp((s) => endSentence(s.run))
  const name = useApp((s) => s.recipe.name)
  const was = useRef(going)
  useEffect(() => {
    const isEnd = hasEnded(was.current, going)
    was.current = going
    if (isEnd && document.visibilityState === 'hidden' && areNoticesOn()) notify(`${name} · Tunesmith`, sentence)
  }, [going, name, sentence])
}
