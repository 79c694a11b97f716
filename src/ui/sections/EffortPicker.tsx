// Three presets of how long and how carefully to train: each says what it does and how long it takes here. Every setting that
// one takes can be changed in the form below.
import { useId } from 'react'
import { effortOf, efforts, stepKey, withEffort, type Effort } from '../../store/efforts.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatCount, formatDuration } from '../format.ts'
import { useWords } from '../words/language.ts'
import './EffortPicker.css'

export function EffortPicker() {
  const name = useId()
  const working = useApp((s) => s.working)
  const chosen = useApp((s) => effortOf(s.recipe, s.dataset.value?.rows ?? 0))
  const w = useWords().efforts
  return (
    <fieldset className="efforts" disabled={working}>
      <legend className="unseen">{w.title}</legend>
      {efforts.map((effort) => (
        <EffortCard key={effort} effort={effort} name={name} isChosen={effort === chosen} />
      ))}
      {chosen === undefined && <p className="small soft efforts-own">{w.own}</p>}
    </fieldset>
  )
}

function EffortCard({ effort, name, isChosen }: { effort: Effort; name: string; isChosen: boolean }) {
  const steps = useApp((s) => withEffort(s.recipe, effort, s.dataset.value?.rows ?? 0).training.steps)
  const seconds = useApp((s) => (s.stepTime?.of === stepKey(s.recipe) ? s.stepTime.seconds : undefined))
  const isWatched = useApp((s) => s.recipe.data.validation > 0)
  const { setEffort } = useActions()
  const w = useWords().efforts
  const id = useId()
  const effect = effort === 'thorough' && !isWatched ? w.thoroughUnwatched : w[`${effort}Effect`]
  return (
    <label className="effort">
      <input type="radio" name={name} className="unseen" checked={isChosen} aria-label={w[effort]} aria-describedby={id} onChange={() => setEffort(effort)} />
      <strong>{w[effort]}</strong>
      <span id={id} className="effort-words">
        <span>{w.steps(formatCount(steps), seconds === undefined ? w.unmeasured : w.about(formatDuration(seconds * steps)))}</span>
        <span className="soft"> {effect}</span>
      </span>
    </label>
  )
}
