// An ordinary LoRA out of a hypernetwork: for a task that it was trained on, or for one that is described here.
import { useState } from 'react'
import type { AdapterInfo } from '../../protocol/adapters.ts'
import { useActions } from '../AppContext.ts'
import { DialogForm, OpenDialog } from '../parts/FormDialog.tsx'
import { say } from '../words/language.ts'

/** The choice that stands for a task of one's own. */
const DESCRIBED = ''

export function EmitDialog({ adapter, onClose }: { adapter: AdapterInfo; onClose: () => void }) {
  return (
    <OpenDialog title={say().emit.title(adapter.name)} onClose={onClose}>
      <EmitForm adapter={adapter} />
    </OpenDialog>
  )
}

function EmitForm({ adapter }: { adapter: AdapterInfo }) {
  const { id, tasks = [], readsDescriptions = false } = adapter
  const [task, setTask] = useState(tasks[0] ?? DESCRIBED)
  const [description, setDescription] = useState('')
  const { emitAdapter } = useActions()
  const wanted = task === DESCRIBED ? description.trim() : task
  return (
    <DialogForm
      submit={say().emit.submit}
      doing={say().emit.doing}
      problem={wanted === '' ? say().emit.describe : ''}
      onSubmit={() => emitAdapter(id, wanted)}
    >
      <div>
        <label className="option-label" htmlFor="emit-task">
          {say().emit.task}
        </label>
        <select id="emit-task" value={task} onChange={(e) => setTask(e.target.value)}>
          {tasks.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
          {readsDescriptions && <option value={DESCRIBED}>{say().emit.another}</option>}
        </select>
        <p className="option-help">
          {readsDescriptions
            ? say().emit.readsDescriptions
            : say().emit.onePerTask}
        </p>
      </div>
      {task === DESCRIBED && (
        <div>
          <label className="option-label" htmlFor="emit-description">
            {say().emit.asksFor}
          </label>
          <textarea id="emit-description" rows={3} value={description} onChange={(e) => setDescription(e.target.value)} />
        </div>
      )}
    </DialogForm>
  )
}
