// The models that are stored in this browser: size, last use, and what can be done with each.
import type { StoredModelInfo } from '../../protocol/models.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatDate, formatShare } from '../format.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { ConfirmButton } from '../parts/ConfirmButton.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'

export function StoredModels() {
  const { models, busyWith, failure, said } = useApp((s) => s.library)
  const list = models.value ?? []
  if (list.length === 0 && !failure && !models.failure) return null
  const shown = failure ?? models.failure
  return (
    <details className="stored-models stack">
      <summary>
        Stored models ({list.length}, {formatBytes(list.reduce((n, m) => n + m.arrived, 0))})
      </summary>
      <ul className="stored-list" aria-label="Stored models">
        {list.map((model) => (
          <StoredModel key={model.id} model={model} />
        ))}
      </ul>
      {busyWith?.doing === 'checking' && <ProgressBar label="Reading every file again" done={busyWith.done} total={busyWith.total} />}
      <p role="status" className="small">
        {said}
      </p>
      {shown && <FailureNote failure={shown} />}
    </details>
  )
}

function StoredModel({ model }: { model: StoredModelInfo }) {
  const busy = useApp((s) => s.library.busyWith !== undefined)
  const working = useApp((s) => s.working || s.base.busy)
  const isOpen = useApp((s) => Boolean(s.base.value) && s.base.value?.id === model.name && s.base.value.revision === model.commit)
  const { openStored, verifyStored, deleteStored } = useActions()
  const commit = model.commit?.slice(0, 8)
  const name = commit === undefined ? model.name : `${model.name} at ${commit}`
  return (
    <li aria-current={isOpen || undefined}>
      <strong>{model.name}</strong>
      <p className="small soft">{storedWords(model)}</p>
      <div className="row">
        {isOpen ? (
          <span className="small">Is open</span>
        ) : (
          <ActionButton className="quiet" blocked={busy || working || !model.complete} aria-label={`Open ${name}`} onAct={() => void openStored(model)}>
            Open
          </ActionButton>
        )}
        <ActionButton className="quiet" blocked={busy} aria-label={`Check ${name}`} onAct={() => void verifyStored(model)}>
          Check
        </ActionButton>
        {!isOpen && (
          <ConfirmButton
            label="Delete"
            name={`Delete ${name}`}
            question={`Delete ${name} from this browser? Runs that tune it can go on only after it has been fetched again.`}
            confirm="Delete the model"
            disabled={busy || working}
            onConfirm={() => void deleteStored(model)}
          />
        )}
      </div>
    </li>
  )
}

/** “Hugging Face, main at 0123abcd; 34 % of 200 MB; used 21 Nov, 07:57”. */
export function storedWords({ source, revision, commit, bytes, arrived, complete, usedAt }: StoredModelInfo): string {
  const from = source === 'builtin' ? 'From this site' : `Hugging Face, ${revision === commit || revision === undefined ? '' : `${revision} at `}${commit?.slice(0, 8) ?? ''}`
  return [from, complete ? formatBytes(bytes) : `${formatShare(arrived, bytes)} of ${formatBytes(bytes)}`, `used ${formatDate(usedAt)}`].join('; ')
}
