// Several datasets of one run, a task each: what each is called and asks for. Shown for the method that tells tasks apart.
import { useActions, useApp } from '../AppContext.ts'
import { formatOf } from '../format.ts'
import { say } from '../words/language.ts'
import './TaskList.css'

export function TaskList() {
  const tasks = useApp((s) => s.recipe.data.tasks)
  const known = useApp((s) => s.dataset.value?.tasks)
  const isShown = useApp((s) => s.recipe.methods.some((m) => m.id === 'hypernetwork')) || tasks !== undefined
  const working = useApp((s) => s.working)
  const { setSeveral, describeTask, removeTask } = useActions()
  if (!isShown) return null
  return (
    <fieldset className="tasks" disabled={working}>
      <legend>{say().tasks.title}</legend>
      <label className="option-check">
        <input type="checkbox" checked={tasks !== undefined} onChange={(e) => void setSeveral(e.target.checked)} />
        {say().tasks.several}
      </label>
      {tasks && (
        <>
          <p className="small soft">
            {say().tasks.about}
          </p>
          <ul aria-label={say().tasks.list}>
            {tasks.map(({ name, description, id }) => {
              const info = known?.find((t) => t.name === name)
              return (
                <li key={name} className="stack">
                  <div className="row">
                    <strong>{name}</strong>
                    <span className="small soft">{info ? `${formatOf(info.rows, 'row')}, ${formatOf(info.testRows, 'testRow')}` : id}</span>
                    <button type="button" className="quiet" aria-label={say().tasks.removeName(name)} onClick={() => void removeTask(name)}>
                      {say().forms.remove}
                    </button>
                  </div>
                  <label className="task-description">
                    <span className="small">{say().tasks.asksFor(name)}</span>
                    <textarea rows={2} value={description} placeholder={name} onChange={(e) => describeTask(name, e.target.value)} />
                  </label>
                </li>
              )
            })}
          </ul>
        </>
      )}
    </fieldset>
  )
}
