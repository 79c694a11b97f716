// What must be seen first: no WebGPU, a run that was cut off, a file that could not be used.
import { useState } from 'react'
import { canContinue } from '../../store/runFigures.ts'
import type { AppState } from '../../store/appState.ts'
import type { RunRecord } from '../../protocol/studio.ts'
import { useActions, useApp } from '../AppContext.ts'
import { goTo } from '../goTo.ts'
import { formatCount, formatDate } from '../format.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { say, useWords } from '../words/language.ts'
import { ProjectOpening } from './ProjectOpening.tsx'
import { RunElsewhere } from './RunElsewhere.tsx'
import { LinkedRecipe } from './RecipeLink.tsx'
import './Banners.css'

/** The newest run that was cut off: neither finished nor stopped by hand. */
function cutOff(s: AppState): RunRecord | undefined {
  if (s.working || s.run.phase !== undefined) return undefined
  return s.runs.value?.filter((r) => r.id !== s.elsewhere?.runId && canContinue(r) && r.status !== 'stopped').sort((a, b) => b.createdAt - a.createdAt)[0]
}

export function Banners() {
  const w = useWords().frame
  const device = useApp((s) => s.device.failure)
  const notice = useApp((s) => s.notice)
  const run = useApp(cutOff)
  const [dismissed, setDismissed] = useState<string>()
  const { continueRun, dismissNotice } = useActions()
  return (
    <div className="banners">
      {device && <FailureNote failure={device} />}
      {notice && (
        <FailureNote failure={notice}>
          <button type="button" onClick={dismissNotice}>
            {w.dismiss}
          </button>
        </FailureNote>
      )}
      <LinkedRecipe />
      <ProjectOpening />
      <RunElsewhere />
      {run && run.id !== dismissed && (
        <section className="offer" aria-label={say().run.interrupted}>
          <p>
            <strong>
              {say().run.cutOff(run.recipe.name, formatCount(run.step), formatCount(run.recipe.training.steps))}
            </strong>{' '}
            {say().run.kept(formatDate(run.createdAt), formatCount(run.checkpointStep ?? 0))}
          </p>
          <div className="row">
            <button
              type="button"
              className="primary"
              disabled={device !== undefined}
              onClick={() => {
                goTo('train')
                void continueRun(run.id)
              }}
            >
              {say().run.continueFrom(formatCount(run.checkpointStep ?? 0))}
            </button>
            <button type="button" onClick={() => setDismissed(run.id)}>
              {w.notNow}
            </button>
          </div>
        </section>
      )}
    </div>
  )
}
