// The models that are stored in this browser: size, last use, and what can be done with each.
import type { StoredModelInfo } from '../../protocol/models.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatDate, formatShare } from '../format.ts'
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
      <div className="scroll" tabIndex={0} role="region" aria-label="Stored models">
        <table>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">From</th>
              <th scope="col" className="number">
                Size
              </th>
              <th scope="col">Last used</th>
              <th scope="col">Actions</th>
            </tr>
          </thead>
          <tbody>
            {list.map((model) => (
              <StoredModel key={model.id} model={model} />
            ))}
          </tbody>
        </table>
      </div>
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
    <tr aria-current={isOpen || undefined}>
      <th scope="row">{model.name}</th>
      <td>{model.source === 'builtin' ? 'this site' : `Hugging Face, ${model.revision ?? 'main'} (${commit ?? ''})`}</td>
      <td className="number">{model.complete ? formatBytes(model.bytes) : `${formatShare(model.arrived, model.bytes)} of ${formatBytes(model.bytes)}`}</td>
      <td>{formatDate(model.usedAt)}</td>
      <td>
        <div className="row">
          <button type="button" className="quiet" disabled={busy || working || isOpen || !model.complete} aria-label={`Open ${name}`} onClick={() => void openStored(model)}>
            {isOpen ? 'Is open' : 'Open'}
          </button>
          <button type="button" className="quiet" disabled={busy} aria-label={`Check ${name}`} onClick={() => void verifyStored(model)}>
            Check
          </button>
          <ConfirmButton
            label="Delete"
            name={`Delete ${name}`}
            question={`Delete ${name} from this browser? Runs that tune it can go on only after it has been fetched again.`}
            confirm="Delete the model"
            disabled={busy || working || isOpen}
            onConfirm={() => void deleteStored(model)}
          />
        </div>
      </td>
    </tr>
  )
}
