// Keeps what the methods would train in step with the base model and the recipe: of every method and preset at its
// defaults, and of the recipe's own list. What training freezes and what its tasks are counts too.
import type { MethodChoice } from '../protocol/recipe.ts'
import type { Context } from './context.ts'
import type { AppState } from './appState.ts'
import { answer, nothing, settled, waiting } from './held.ts'
import { recipeProblems } from './recipeEdits.ts'

/** Long enough for a number to be typed to its end. */
const SIZE_AFTER_MS = 200

export interface SizeActions {
  /** Watches the store until the answer is called. */
  keepSized(): () => void
}

/** What has a size of its own in the picker. */
function listed(s: AppState): readonly { readonly id: string; readonly methods: readonly MethodChoice[] }[] {
  return [...(s.methods.value ?? []).map(({ id }) => ({ id, methods: [{ id, options: {} }] })), ...s.presets]
}

export function sizeActions({ studio, store }: Context): SizeActions {
  const { getState, setState } = store
  let timer: ReturnType<typeof setTimeout> | undefined

  async function sizeAll(): Promise<void> {
    const { base, recipe } = getState()
    const all = listed(getState())
    if (!base.value || all.length === 0) return
    const result = await answer(studio.methodSizes(recipe, all.map((one) => one.methods)))
    if (result.ok && getState().base.value === base.value)
      setState({ sizes: Object.fromEntries(result.value.map((size, i) => [all[i]?.id ?? '', size])) })
  }

  async function sizeChosen(): Promise<void> {
    const { base, recipe, methods } = getState()
    // A wrong option says so at its field.
    if (!base.value || recipeProblems(recipe, methods.value ?? []).length > 0) return setState({ size: nothing })
    setState((s) => ({ size: waiting(s.size) }))
    const result = await answer(studio.methodSizes(recipe, [recipe.methods]))
    const first = result.ok ? result.value[0] : result
    // The size of another list would be taken for this one's.
    if (first && getState().recipe.methods === recipe.methods && getState().base.value === base.value) setState({ size: settled(nothing, first) })
  }

  return {
    keepSized() {
      let isOther = false
      const stop = store.subscribe((now, before) => {
        const hasOtherBase = now.base.value !== before.base.value
        if (hasOtherBase) setState({ sizes: {} })
        const isOtherAround = now.recipe.training !== before.recipe.training || now.recipe.data !== before.recipe.data
        const concernsAll = hasOtherBase || isOtherAround || now.methods !== before.methods || now.presets !== before.presets
        if (now.recipe.methods === before.recipe.methods && !concernsAll) return
        isOther ||= concernsAll
        clearTimeout(timer)
        timer = setTimeout(() => {
          void sizeChosen()
          if (isOther) void sizeAll()
          isOther = false
        }, SIZE_AFTER_MS)
      })
      return () => {
        clearTimeout(timer)
        stop()
      }
    },
  }
}
