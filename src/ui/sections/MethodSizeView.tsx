// What the chosen methods will train on this model, or why they cannot, with a button for each way out.
import { catalogue } from '../../store/appState.ts'
import { suitedRate } from '../../store/recipeEdits.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatCount, formatShare, formatSmall } from '../format.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { Remedies } from './Remedies.tsx'
import { say } from '../words/language.ts'
import './MethodSizeView.css'

export function MethodSizeView() {
  const { value, failure } = useApp((s) => s.size)
  const w = say().size
  const hasBase = useApp((s) => s.base.value !== undefined)
  if (failure)
    return (
      <FailureNote failure={failure}>
        <Remedies of={failure} />
      </FailureNote>
    )
  return (
    <div>
      <p className="method-total">
        {value ? (
          <>
            <strong>{formatCount(value.trainableParameters)}</strong>
            {w.trains(formatShare(value.trainableParameters, value.totalParameters), formatBytes(value.bytes))}
          </>
        ) : (
          <span className="soft">{hasBase ? w.wrong : w.later}</span>
        )}
      </p>
      <OwnRate />
    </div>
  )
}

/** A rate of the person's own stays when the method changes; this says so, and offers the method's. */
function OwnRate() {
  const rate = useApp((s) => s.recipe.training.learning_rate)
  const suited = useApp((s) => suitedRate(s.recipe.methods, catalogue(s)))
  const working = useApp((s) => s.working)
  const { setTraining } = useActions()
  if (suited === undefined || rate === suited || !Number.isFinite(rate)) return null
  return (
    <p className="small soft">
      {say().size.ownRate(formatSmall(rate))}{' '}
      <button type="button" className="quiet method-rate" disabled={working} onClick={() => setTraining('learning_rate', suited)}>
        {say().size.takeRate(formatSmall(suited))}
      </button>
    </p>
  )
}
