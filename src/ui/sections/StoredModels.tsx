// The models that are stored in this browser: size, last use, and what can be done with each.
import type { StoredModelInfo } from '../../protocol/models.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatDate, formatShare } from '../format.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { ConfirmButton } from '../parts/ConfirmButton.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { say, told } from '../words/language.ts'

export function StoredModels() {
  const { models, busyWith, failure, said } = useApp((s) => s.library)
  const list = models.value ?? []
  if (list.length === 0 && !failure && !models.failure) return null
  const shown = failure ?? models.failure
  return (
    <details className="stored-models stack">
      <summary>
        {say().stored.title(list.length, formatBytes(list.reduce((n, m) => n + m.arrived, 0)))}
      </summary>
      <ul className="stored-list" aria-label={say().stored.list}>
        {list.map((model) => (
          <StoredModel key={model.id} model={model} />
        ))}
      </ul>
      {busyWith?.doing === 'checking' && <ProgressBar label={say().stored.checking} done={busyWith.done} total={busyWith.total} />}
      <p role="status" className="small">
        {said && told(said)}
      </p>
      {shown && <FailureNote failure={shown} />}
    </details>
  )
}

function StoredModel({ model }: { model: StoredModelInfo }) {
  const busy = useApp((s) => s.library.busyWith !== undefined)
  const working = useApp((s) => s.working || s.base.busy)
  const isOpen = useApp((s) => s.base.value?.storedAs === model.id)
  const { openStored, verifyStored, deleteStored } = useActions()
  const commit = (model.commit ?? model.sha256)?.slice(0, 8)
  const name = commit === undefined ? model.name : say().stored.at(model.name, commit)
  return (
    <li aria-current={isOpen || undefined}>
      <strong>{model.name}</strong>
      <p className="small soft">{storedWords(model)}</p>
      <div className="row">
        {isOpen ? (
          <span className="small">{say().stored.isOpen}</span>
        ) : (
          <ActionButton className="quiet" blocked={busy || working || !model.complete} aria-label={say().runs.openName(name)} onAct={() => void openStored(model)}>
            {say().runs.open}
          </ActionButton>
        )}
        <ActionButton className="quiet" blocked={busy} aria-label={say().stored.checkName(name)} onAct={() => void verifyStored(model)}>{say().stored.check}</ActionButton>
        {!isOpen && (
          <ConfirmButton
            label={say().shelf.delete}
            name={say().shelf.deleteName(name)}
            question={model.source === 'folder' ? say().stored.deleteFolderQuestion(name) : say().stored.deleteQuestion(name)}
            confirm={say().stored.deleteConfirm}
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
  const short = commit?.slice(0, 8) ?? ''
  const where = revision === commit || revision === undefined ? short : say().stored.at(revision, short)
  const from = source === 'hub' ? `Hugging Face, ${where}` : source === 'builtin' ? say().stored.fromSite : say().stored.fromFolder
  return [from, complete ? formatBytes(bytes) : say().numbers.of(formatShare(arrived, bytes), formatBytes(bytes)), say().stored.used(formatDate(usedAt))].join('; ')
}
