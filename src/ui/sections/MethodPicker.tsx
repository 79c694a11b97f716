// One method out of those there are, with what it does in a sentence.
import { useId } from 'react'
import { chosenMethod } from '../../store/recipeEdits.ts'
import { useActions, useApp } from '../AppContext.ts'
import './MethodPicker.css'

export function MethodPicker() {
  const methods = useApp((s) => s.methods.value)
  const chosen = useApp((s) => chosenMethod(s.recipe, s.methods.value ?? []))
  const working = useApp((s) => s.working)
  const { setMethod } = useActions()
  const name = useId()
  return (
    <fieldset className="stack" disabled={working}>
      <legend className="unseen">Method</legend>
      <div className="methods">
        {methods?.map((method) => (
          <label key={method.id} className="method">
            <input
              type="radio"
              name={name}
              checked={method.id === chosen?.id}
              aria-describedby={`${name}-summary`}
              onChange={() => setMethod(method.id)}
            />
            {method.label}
          </label>
        ))}
      </div>
      {chosen && (
        <p className="small soft" id={`${name}-summary`}>
          {chosen.summary}{' '}
          {chosen.paper !== '' && (
            <a href={chosen.paper} target="_blank" rel="noreferrer">
              Paper<span className="unseen"> of {chosen.label}, opens in a new tab</span>
            </a>
          )}
        </p>
      )}
    </fieldset>
  )
}
