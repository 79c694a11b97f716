// Another name for an adapter.
import { useState } from 'react'
import type { AdapterInfo } from '../../protocol/adapters.ts'
import { useActions } from '../AppContext.ts'
import { DialogForm, OpenDialog } from '../parts/FormDialog.tsx'
import { say } from '../words/language.ts'

export function RenameDialog({ adapter, onClose }: { adapter: AdapterInfo; onClose: () => void }) {
  return (
    <OpenDialog title={say().rename.title(adapter.name)} onClose={onClose}>
      <RenameForm adapter={adapter} />
    </OpenDialog>
  )
}

function RenameForm({ adapter }: { adapter: AdapterInfo }) {
  const [name, setName] = useState(adapter.name)
  const { renameAdapter } = useActions()
  return (
    <DialogForm
      submit={say().rename.open}
      doing={say().rename.doing}
      problem={name.trim() === '' ? say().rename.empty : ''}
      onSubmit={() => renameAdapter(adapter.id, name.trim())}
    >
      <div>
        <label className="option-label" htmlFor="adapter-name">
          {say().forms.name}
        </label>
        <input id="adapter-name" type="text" value={name} onChange={(e) => setName(e.target.value)} />
      </div>
    </DialogForm>
  )
}
