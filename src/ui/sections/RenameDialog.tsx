// Another name for an adapter.
import { useState } from 'react'
import type { AdapterInfo } from '../../protocol/adapters.ts'
import { useActions } from '../AppContext.ts'
import { DialogForm, FormDialog } from '../parts/FormDialog.tsx'

export function RenameDialog({ adapter, disabled }: { adapter: AdapterInfo; disabled: boolean }) {
  return (
    <FormDialog
      label="Rename"
      name={`Rename ${adapter.name}`}
      className="quiet"
      title={`Rename “${adapter.name}”`}
      disabled={disabled}
    >
      <RenameForm adapter={adapter} />
    </FormDialog>
  )
}

function RenameForm({ adapter }: { adapter: AdapterInfo }) {
  const [name, setName] = useState(adapter.name)
  const { renameAdapter } = useActions()
  return (
    <DialogForm
      submit="Rename"
      doing="Renaming…"
      problem={name.trim() === '' ? 'A name must not be empty.' : ''}
      onSubmit={() => renameAdapter(adapter.id, name.trim())}
    >
      <div>
        <label className="option-label" htmlFor="adapter-name">
          Name
        </label>
        <input id="adapter-name" type="text" value={name} onChange={(e) => setName(e.target.value)} />
      </div>
    </DialogForm>
  )
}
