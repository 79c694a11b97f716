// Every method by its group, and the lists that have a name: one click takes one. Beside each stands what it would train.
import { useId } from 'react'
import { methodGroups } from '../../protocol/methodGroup.ts'
import type { MethodChoice } from '../../protocol/recipe.ts'
import { catalogue } from '../../store/appState.ts'
import { presetOf } from '../../store/recipeEdits.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatShort } from '../format.ts'
import { say, told, useWords } from '../words/language.ts'
import './MethodPicker.css'

interface Offer {
  readonly id: string
  readonly label: string
  readonly summary: string
  readonly methods: readonly MethodChoice[]
}

export function MethodPicker() {
  const methods = useApp((s) => s.methods.value)
  const presets = useApp((s) => s.presets)
  const working = useApp((s) => s.working)
  const name = useId()
  const { method: w, teach } = useWords()
  const groups = methodGroups.map((group): readonly [string, readonly Offer[]] => [
    w.groups[group],
    (methods ?? []).filter((m) => m.group === group).map((m) => ({ ...m, methods: [{ id: m.id, options: {} }] })),
  ])
  return (
    <fieldset className="methods" disabled={working}>
      <legend className="unseen">{w.legend}</legend>
      {[...groups, [w.unions, presets] as const]
        .filter(([, offers]) => offers.length > 0)
        .map(([group, offers]) => (
          <div key={group} role="group" aria-labelledby={`${name}-${group}`} className="method-group">
            <span id={`${name}-${group}`} className="method-group-name">
              {group}
            </span>
            <div className="method-row">
              {offers.map((offer) => (
                <OfferChip key={offer.id} offer={offer} name={name} />
              ))}
            </div>
          </div>
        ))}
      <p className="method-beside">{teach.beside}</p>
    </fieldset>
  )
}

function OfferChip({ offer, name }: { offer: Offer; name: string }) {
  const size = useApp((s) => s.sizes[offer.id])
  const isChosen = useApp((s) => chosenId(s.recipe.methods, presetOf(s.recipe.methods, catalogue(s))?.id) === offer.id)
  const { setMethods } = useActions()
  return (
    <label className="method" data-unusable={size?.ok === false || undefined}>
      <input type="radio" name={name} className="unseen" checked={isChosen} onChange={() => setMethods(offer.methods)} />
      {told(offer.label)}{' '}
      <span className="method-size">
        {size?.ok && (
          <>
            {formatShort(size.value.trainableParameters)}
            <span className="unseen">{say().size.trainable}</span>
          </>
        )}
        {size?.ok === false && <span className="unseen">{say().size.notHere}</span>}
      </span>
    </label>
  )
}

/** The offer that the list is: a preset, or a method by itself. */
const chosenId = (choices: readonly MethodChoice[], preset: string | undefined): string | undefined =>
  preset ?? (choices.length === 1 ? choices[0]?.id : undefined)
