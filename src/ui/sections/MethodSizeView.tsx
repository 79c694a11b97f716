// What the chosen methods will train on this model, or why they cannot, with a button for each way out.
import { catalogue } from '../../store/appState.ts'
import { suitedRate } from '../../store/recipeEdits.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatBytes, formatCount, formatShare, formatSmall } from '../format.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { Remedies } from './Remedies.tsx'
import './MethodSizeView.css'

export function MethodSizeView() {
  const { value, failure } = useApp((s) => s.size)
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
            <strong>{formatCount(value.trainableParameters)}</strong> trainable parameters,{' '}
            {formatShare(value.trainableParameters, value.totalParameters)} of the model, {formatBytes(value.bytes)}
          </>
        ) : (
          <span className="soft">What it would train stands here {hasBase ? 'once its options are right' : 'as soon as a model is open'}.</span>
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
      The learning rate is {formatSmall(rate)}, as you set it.{' '}
      <button type="button" className="quiet method-rate" disabled={working} onClick={() => setTraining('learning_rate', suited)}>
        Take {formatSmall(suited)}, the default here
      </button>
    </p>
  )
}
