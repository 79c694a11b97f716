// An ordinary LoRA out of a hypernetwork: for a task that it was trained on, or for one that is described here.
import { useState } from 'react'
import type { AdapterInfo } from '../../protocol/adapters.ts'
import { useActions } from '../AppContext.ts'
import { DialogForm, FormDialog } from '../parts/FormDialog.tsx'

/** The choice that stands for a task of one's own. */
const DESCRIBED = ''

export function EmitDialog({ adapter, disabled }: { adapter: AdapterInfo; disabled: boolean }) {
  return (
    <FormDialog
      label="Make a LoRA"
      name={`Make a LoRA with ${adapter.name}`}
      className="quiet"
      title={`A LoRA made by “${adapter.name}”`}
      disabled={disabled}
    >
      <EmitForm adapter={adapter} />
    </FormDialog>
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
      submit="Make the LoRA"
      doing="Making the LoRA…"
      problem={wanted === '' ? 'Describe the task first.' : ''}
      onSubmit={() => emitAdapter(id, wanted)}
    >
      <div>
        <label className="option-label" htmlFor="emit-task">
          Task
        </label>
        <select id="emit-task" value={task} onChange={(e) => setTask(e.target.value)}>
          {tasks.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
          {readsDescriptions && <option value={DESCRIBED}>Another one, described below</option>}
        </select>
        <p className="option-help">
          {readsDescriptions
            ? 'It was trained on the tasks named here; for another one it reads what you write.'
            : 'It makes one for each task that it was trained on.'}
        </p>
      </div>
      {task === DESCRIBED && (
        <div>
          <label className="option-label" htmlFor="emit-description">
            What the task asks for
          </label>
          <textarea id="emit-description" rows={3} value={description} onChange={(e) => setDescription(e.target.value)} />
        </div>
      )}
    </DialogForm>
  )
}
