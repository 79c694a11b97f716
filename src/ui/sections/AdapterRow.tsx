// One adapter: what it is, whether the open model can use it, and what can be done with it: taken away at once, the rest in a menu.
import { useRef, useState } from 'react'
import type { AdapterFormat, AdapterInfo } from '../../protocol/adapters.ts'
import { nameOf } from '../../store/adapterNames.ts'
import { activeUses } from '../../store/adapterUses.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatCount, formatDate } from '../format.ts'
import { goTo } from '../goTo.ts'
import { ConfirmDialog } from '../parts/ConfirmButton.tsx'
import { OpenDialog } from '../parts/FormDialog.tsx'
import type { MenuItem } from '../parts/menuItem.ts'
import { MoreMenu } from '../parts/MoreMenu.tsx'
import { fileName, saveFile } from '../saveFile.ts'
import { CompressDialog } from './CompressDialog.tsx'
import { EmitDialog } from './EmitDialog.tsx'
import { PushForm } from './PushDialog.tsx'
import { RenameDialog } from './RenameDialog.tsx'
import { say } from '../words/language.ts'
import { Told } from '../words/Told.tsx'

type Opened = 'hub' | 'emit' | 'compress' | 'rename' | 'delete'

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
  const [opened, setOpened] = useState<Opened>()
  const more = useRef<HTMLButtonElement>(null)
  const place = useApp((s) => s.hub.place)
  const host = place && new URL(place.endpoint).host
  const isSending = useApp((s) => s.sending?.doing !== undefined)
  const close = (): void => {
    setOpened(undefined)
    more.current?.focus()
  }
  const opens = (what: Opened, label: string, itsName: string, disabled: boolean): MenuItem => ({ label, name: itsName, disabled, onChoose: () => setOpened(what) })
  const items: MenuItem[] = [
    ...(adapter.tasks ? [opens('emit', say().emit.open, say().emit.name(name), working || isBusy || misfit !== undefined)] : []),
    ...(adapter.isLora ? [{ label: w.asGguf, name: w.ggufName(name), disabled: isBusy || misfit !== undefined, onChoose: () => void take('gguf') }] : []),
    ...(host !== undefined ? [opens('hub', say().send.toHub, say().send.toHubName(name, host), isBusy || isSending)] : []),
    ...(adapter.isLora && (rank ?? 1) > 1 ? [opens('compress', say().compress.open, say().compress.name(name), working || misfit !== undefined)] : []),
    ...(adapter.gpuBytes > 0 && !isActive ? [{ label: w.free(formatBytes(adapter.gpuBytes)), name: w.freeName(name), disabled: isBusy, onChoose: () => void unloadAdapter(id) }] : []),
    ...(kind === 'run' ? [] : [opens('rename', say().rename.open, say().rename.name(name), isBusy), { ...opens('delete', w.delete, w.deleteName(name), isBusy), danger: true }]),
  ]
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
        <div className="row adapter-acts">
          <button type="button" disabled={isBusy} aria-label={w.downloadName(name)} onClick={() => void take('peft')}>
            {w.download}
          </button>
          {items.length > 0 && <MoreMenu name={w.moreFor(name)} items={items} button={more} />}
        </div>
        {opened === 'hub' && host !== undefined && (
          <OpenDialog title={say().send.toHubName(name, host)} onClose={close}>
            <PushForm parcel={{ what: 'adapter', id, format: 'peft' }} name={fileName(name)} host={host} />
          </OpenDialog>
        )}
        {opened === 'emit' && <EmitDialog adapter={adapter} onClose={close} />}
        {opened === 'compress' && <CompressDialog adapter={adapter} onClose={close} />}
        {opened === 'rename' && <RenameDialog adapter={adapter} onClose={close} />}
        {opened === 'delete' && (
          <ConfirmDialog
            question={w.deleteQuestion(name)}
            confirm={w.deleteConfirm}
            onClose={close}
            onConfirm={() => {
              goTo('adapters')
              void deleteAdapter(id)
            }}
          />
        )}
      </td>
    </tr>
  )
}
