// A project on its way into the storage: how far it has come, and the way out.
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes } from '../format.ts'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { useWords } from '../words/language.ts'

export function ProjectOpening() {
  const progress = useApp((s) => s.projecting.progress)
  const { cancelProject } = useActions()
  const w = useWords().desk
  if (!progress) return null
  const { done, total } = progress
  return (
    <section className="offer" aria-label={w.opening}>
      {/* Written and read back: each counts for one half. */}
      <ProgressBar label={w.opening} done={done} total={total} text={total > 0 ? w.openingText(formatBytes(done / 2), formatBytes(total / 2)) : undefined} />
      <div className="row">
        <button type="button" onClick={() => void cancelProject()}>
          {w.cancelOpening}
        </button>
        <span className="small soft">{w.cancelAbout}</span>
      </div>
    </section>
  )
}
