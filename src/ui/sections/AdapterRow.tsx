// One adapter: what it is, whether the open model can use it, and what can be done with it.
import type { AdapterFormat, AdapterInfo } from '../../protocol/adapters.ts'
import { nameOf } from '../../store/adapterNames.ts'
import { activeUses } from '../../store/adapterUses.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatCount, formatDate } from '../format.ts'
import { goTo } from '../goTo.ts'
import { ConfirmButton } from '../parts/ConfirmButton.tsx'
import { fileName, saveFile } from '../saveFile.ts'
import { CompressDialog } from './CompressDialog.tsx'
import { EmitDialog } from './EmitDialog.tsx'
import { HubButton } from './SendAway.tsx'
import { RenameDialog } from './RenameDialog.tsx'
import { say } from '../words/language.ts'
import { Told } from '../words/Told.tsx'

export function AdapterRow({ adapter }: { adapter: AdapterInfo }) {
  const w = say().shelf
  const working = useApp((s) => s.working)
  const isBusy = useApp((s) => s.shelving.busy)
  const isActive = useApp((s) => activeUses(s).some((use) => use.id === adapter.id))
  const { toggleUse, deleteAdapter, exportAdapter, unloadAdapter } = useActions()
  const name = useApp((s) => nameOf(s.adapters.value, adapter.id))
  const { id, kind, methods, rank, misfit } = adapter
  const take = async (format: AdapterFormat): Promise<void> => {
    const made = await exportAdapter(id, format)
    if (made) saveFile(made.name, made.zip)
  }
  return (
    <tr>
      <th scope="row">
        <label className="adapter-name">
          <input
            type="checkbox"
            aria-label={w.answerWith(name)}
            checked={isActive}
            disabled={misfit !== undefined}
            onChange={() => toggleUse(id)}
          />
          <span>{name}</span>
        </label>
      </th>
      <td className="adapter-from">
        {w.kinds[kind]}, {formatDate(adapter.createdAt)}
        {adapter.merged && <strong>{w.mergedIn}</strong>}
      </td>
      <td>
        {methods.join(' + ')}
        {rank !== undefined && w.rank(rank)}
      </td>
      <td className="number">{formatCount(adapter.trainableParameters)}</td>
      <td className="number">{formatBytes(adapter.bytes)}</td>
      <td>{misfit === undefined ? w.fits : <span className="adapter-misfit"><Told text={misfit} /></span>}</td>
      <td>
        <div className="row">
          <button type="button" className="quiet" disabled={isBusy} aria-label={w.downloadName(name)} onClick={() => void take('peft')}>
            {w.download}
          </button>
          {adapter.isLora && (
            <button type="button" className="quiet" disabled={isBusy || misfit !== undefined} aria-label={w.ggufName(name)} onClick={() => void take('gguf')}>
              GGUF
            </button>
          )}
          <HubButton parcel={{ what: 'adapter', id, format: 'peft' }} what={name} name={fileName(name)} disabled={isBusy} className="quiet" />
          {adapter.tasks && <EmitDialog adapter={adapter} disabled={working || isBusy || misfit !== undefined} />}
          {adapter.isLora && (rank ?? 1) > 1 && <CompressDialog adapter={adapter} disabled={working || misfit !== undefined} />}
          {adapter.gpuBytes > 0 && !isActive && (
            <button
              type="button"
              className="quiet"
              disabled={isBusy}
              aria-label={w.freeName(name)}
              onClick={() => void unloadAdapter(id)}
            >
              {w.free(formatBytes(adapter.gpuBytes))}
            </button>
          )}
          {kind !== 'run' && (
            <>
              <RenameDialog adapter={adapter} disabled={isBusy} />
              <ConfirmButton
                label={w.delete}
                name={w.deleteName(name)}
                question={w.deleteQuestion(name)}
                confirm={w.deleteConfirm}
                disabled={isBusy}
                onConfirm={() => {
                  goTo('adapters')
                  void deleteAdapter(id)
                }}
              />
            </>
          )}
        </div>
      </td>
    </tr>
  )
}
