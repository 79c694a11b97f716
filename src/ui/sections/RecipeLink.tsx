// The recipe as a link: one to copy, and the offer of one that came with the address.
import { useState } from 'react'
import { toFailure, type Failure } from '../../protocol/failure.ts'
import type { Recipe } from '../../protocol/recipe.ts'
import { recipeFragment } from '../../store/recipeLink.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatCount } from '../format.ts'
import { methodNames } from '../methodNames.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { FailureNote } from '../parts/FailureNote.tsx'
import { useWords } from '../words/language.ts'

/** A link works wherever the same page is served: it holds the choices, not the data. */
export function RecipeLink() {
  const recipe = useApp((s) => s.recipe)
  const w = useWords()
  const [said, setSaid] = useState<string>()
  const [failure, setFailure] = useState<Failure>()
  const copy = async (): Promise<void> => {
    setFailure(undefined)
    try {
      const fragment = await recipeFragment(shareable(recipe))
      await navigator.clipboard.writeText(new URL(fragment, document.baseURI).href).then(
        () => setSaid(w.link.copied),
        () => setSaid(w.frame.copyRefused),
      )
      setTimeout(() => setSaid(undefined), 2000)
    } catch (error) {
      setFailure(toFailure(error))
    }
  }
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        <span aria-live="polite">{said ?? w.link.copy}</span>
      </button>
      {failure && <FailureNote failure={failure} />}
    </>
  )
}

/** Where a file lay is nobody else's business. */
const shareable = (recipe: Recipe): Recipe => ({ ...recipe, data: { ...recipe.data, id: recipe.data.source === 'file' ? (recipe.data.id.split(/[\\/]/).at(-1) ?? '') : recipe.data.id } })

export function LinkedRecipe() {
  const linked = useApp((s) => s.linked)
  const working = useApp((s) => s.working)
  const methods = useApp((s) => s.methods.value)
  const { takeLinked, dismissLinked } = useActions()
  const { link: w, frame } = useWords()
  if (!linked) return null
  const { base, data } = linked
  return (
    <section className="offer" aria-label={w.title}>
      <p>
        <strong>{w.offer(linked.name)}</strong>{' '}
        {w.what(base.id, methodNames(linked.methods, methods), data.tasks?.map((t) => t.name).join(', ') ?? (data.id || w.noData), formatCount(linked.training.steps))}
      </p>
      <div className="row">
        <ActionButton className="primary" blocked={working} onAct={() => void takeLinked()}>
          {w.take}
        </ActionButton>
        <button type="button" onClick={dismissLinked}>
          {frame.notNow}
        </button>
        {working && <span className="small soft">{w.waits}</span>}
      </div>
    </section>
  )
}
