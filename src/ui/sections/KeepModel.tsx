// A dropped model is read from where it lies: the offer to keep a copy of it in this browser, how far that is, and that it is there.
import type { BaseInfo } from '../../protocol/studio.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes } from '../format.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { say, useWords } from '../words/language.ts'

export function KeepModel({ base: { bytesToKeep, storedAs } }: { base: BaseInfo }) {
  const w = useWords().desk
  const { busy, progress, failure } = useApp((s) => s.keeping)
  const { keepModel, cancelKeeping } = useActions()
  const isKept = storedAs?.startsWith('folder/') ?? false
  if (!busy && !isKept && bytesToKeep === undefined) return null
  return (
    <div className="stack">
      {busy && <ProgressBar label={w.keeping} done={progress?.done} total={progress?.total} text={progress && say().numbers.of(formatBytes(progress.done), formatBytes(progress.total))} />}
      <div className="row">
        {busy ? (
          <button type="button" onClick={() => void cancelKeeping()}>
            {w.cancelKeeping}
          </button>
        ) : (
          bytesToKeep !== undefined && (
            <button type="button" onClick={() => void keepModel()}>
              {w.keepModel(formatBytes(bytesToKeep))}
            </button>
          )
        )}
        {/* Stands there from the start, so that what it says later is read aloud. */}
        <span role="status" className="small soft">
          {busy ? w.keepingTwice : isKept ? w.isKept : w.notKept}
        </span>
      </div>
      {failure && <FailureNote failure={failure} />}
    </div>
  )
}
