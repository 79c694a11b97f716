// The methods that are chosen, each with its options; another can be added to train together with them.
import { methodGroups } from '../../protocol/methodGroup.ts'
import type { MethodInfo } from '../../protocol/methods.ts'
import { defaults } from '../../protocol/options.ts'
import type { MethodChoice } from '../../protocol/recipe.ts'
import { catalogue } from '../../store/appState.ts'
import { presetOf } from '../../store/recipeEdits.ts'
import { useActions, useApp } from '../AppContext.ts'
import { goTo } from '../goTo.ts'
import { OptionForm } from '../parts/OptionForm.tsx'
import { PaperLink } from '../parts/PaperLink.tsx'
import { told, useWords } from '../words/language.ts'
import { Told } from '../words/Told.tsx'
import './MethodList.css'

export function MethodList() {
  const chosen = useApp((s) => s.recipe.methods)
  const methods = useApp((s) => s.methods.value)
  const preset = useApp((s) => presetOf(s.recipe.methods, catalogue(s)))
  return (
    <div className="stack">
      {preset && (
        <p className="small soft">
          <Told text={preset.summary} /> <PaperLink of={told(preset.label)} href={preset.paper} />
        </p>
      )}
      {chosen.map((choice, index) => {
        const method = methods?.find((m) => m.id === choice.id)
        return method && <MethodCard key={`${choice.id} ${index}`} {...{ method, choice, index, isAlone: chosen.length === 1 }} />
      })}
      <AddMethod />
    </div>
  )
}

interface CardProps {
  method: MethodInfo
  choice: MethodChoice
  index: number
  isAlone: boolean
}

function MethodCard({ method, choice, index, isAlone }: CardProps) {
  const w = useWords().method
  const label = told(method.label)
  const layers = useApp((s) => s.base.value?.linearLayers)
  const working = useApp((s) => s.working)
  const chosen = useApp((s) => s.recipe.methods)
  const { setMethodOption, setMethods } = useActions()
  const form = (
    <OptionForm
      label={method.label}
      specs={method.options}
      values={{ ...defaults(method.options), ...choice.options }}
      disabled={working}
      onChange={(name, value) => setMethodOption(index, name, value)}
      {...(layers ? { suggestions: layers } : {})}
    />
  )
  return (
    <section className="method-card stack" aria-label={label}>
      <div className="method-head">
        <h3>{label}</h3>
        {!isAlone && (
          <button
            type="button"
            className="quiet"
            disabled={working}
            aria-label={w.removeName(label)}
            onClick={() => {
              // The button that has the focus is about to go.
              goTo('method')
              setMethods(chosen.filter((_, i) => i !== index))
            }}
          >
            {w.remove}
          </button>
        )}
      </div>
      <p className="small soft">
        <Told text={method.summary} /> <PaperLink of={label} href={method.paper} />
      </p>
      {Object.keys(method.options).length === 0 ? null : isAlone ? (
        form
      ) : (
        <details>
          <summary>
            {w.options}
            <span className="unseen"> {label}</span>
          </summary>
          {form}
        </details>
      )}
    </section>
  )
}

function AddMethod() {
  const w = useWords().method
  const methods = useApp((s) => s.methods.value)
  const chosen = useApp((s) => s.recipe.methods)
  const working = useApp((s) => s.working)
  const { setMethods } = useActions()
  const left = (methods ?? []).filter((m) => !chosen.some((c) => c.id === m.id))
  return (
    <label className="method-add">
      <span>{chosen.length > 1 ? w.addToThese : w.addToIt}</span>
      <select
        value=""
        disabled={working}
        onChange={(e) => setMethods([...chosen, { id: e.target.value, options: {} }])}
      >
        <option value="" disabled>
          {w.add}
        </option>
        {methodGroups.map((group) => {
          const offers = left.filter((m) => m.group === group)
          return (
            offers.length > 0 && (
              <optgroup key={group} label={w.groups[group]}>
                {offers.map((m) => (
                  <option key={m.id} value={m.id}>
                    {told(m.label)}
                  </option>
                ))}
              </optgroup>
            )
          )
        })}
      </select>
    </label>
  )
}
