// Several datasets of one run, a task each: what each is called and asks for. Shown for the method that tells tasks apart.
import { useActions, useApp } from '../AppContext.ts'
import { formatOf } from '../format.ts'
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
      <legend>Tasks</legend>
      <label className="option-check">
        <input type="checkbox" checked={tasks !== undefined} onChange={(e) => void setSeveral(e.target.checked)} />
        Several datasets, a task each
      </label>
      {tasks && (
        <>
          <p className="small soft">
            Every sample or file you open above becomes one more task. The description is what the hypernetwork reads; other wordings of it may
            follow on further lines, and make it sure of its meaning.
          </p>
          <ul aria-label="Tasks of this run">
            {tasks.map(({ name, description, id }) => {
              const info = known?.find((t) => t.name === name)
              return (
                <li key={name} className="stack">
                  <div className="row">
                    <strong>{name}</strong>
                    <span className="small soft">{info ? `${formatOf(info.rows, 'row')}, ${formatOf(info.testRows, 'test row')}` : id}</span>
                    <button type="button" className="quiet" aria-label={`Remove the task ${name}`} onClick={() => void removeTask(name)}>
                      Remove
                    </button>
                  </div>
                  <label className="task-description">
                    <span className="small">What {name} asks for</span>
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
