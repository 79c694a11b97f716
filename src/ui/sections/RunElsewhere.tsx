// A run that another tab trains: watch it here, or have it.
import { useState } from 'react'
import { useActions, useApp } from '../AppContext.ts'
import { formatCount } from '../format.ts'
import { goTo } from '../goTo.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { useWords } from '../words/language.ts'

export function RunElsewhere() {
  const run = useApp((s) => s.elsewhere)
  const isWatched = useApp((s) => s.watching !== undefined && s.watching === s.elsewhere?.runId)
  const working = useApp((s) => s.working)
  const { watchElsewhere, takeOver } = useActions()
  const [isTaking, setIsTaking] = useState(false)
  const w = useWords().tabs
  if (!run) return null
  const take = async (): Promise<void> => {
    setIsTaking(true)
    goTo('train')
    await takeOver()
    setIsTaking(false)
  }
  return (
    <section className="offer" aria-label={w.title}>
      <p>
        <strong>{w.live(run.name, formatCount(run.step), formatCount(run.steps))}</strong> {isWatched && w.watching}
      </p>
      <div className="row">
        {!isWatched && (
          <ActionButton
            className="primary"
            blocked={working}
            onAct={() => {
              goTo('train')
              void watchElsewhere()
            }}
          >
            {w.watch}
          </ActionButton>
        )}
        <ActionButton blocked={working || isTaking} onAct={() => void take()}>
          {w.take}
        </ActionButton>
        <span className="small soft">{isTaking ? w.taking : w.takes}</span>
      </div>
    </section>
  )
}
