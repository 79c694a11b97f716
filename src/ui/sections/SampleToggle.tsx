// One click turns on what makes a run worth watching: a few answers, now and then.
import { useActions, useApp } from '../AppContext.ts'
import { formatCount } from '../format.ts'
import { useWords } from '../words/language.ts'

/** Times that a run answers between its first and its last step. */
const TIMES = 8

export function SampleToggle() {
  const w = useWords().watch
  const every = useApp((s) => s.recipe.evaluation.sampleSteps ?? 0)
  const steps = useApp((s) => s.recipe.training.steps)
  const working = useApp((s) => s.working)
  const { setEvaluation } = useActions()
  return (
    <label className="sample-toggle small">
      <input
        type="checkbox"
        checked={every > 0}
        disabled={working}
        onChange={(e) => setEvaluation({ sampleSteps: e.target.checked ? Math.max(1, Math.ceil(steps / TIMES)) : 0 })}
      />
      <span>
        {w.toggle}
        {every > 0 && w.every(formatCount(every))}
      </span>
    </label>
  )
}
