// Keeps what the methods would train in step with the base model and the recipe: of every method and preset at its
// defaults, once per base, and of the recipe's own list whenever it changes.
import type { MethodChoice } from '../protocol/recipe.ts'
import type { Context } from './appStore.ts'
import type { AppState } from './appState.ts'
import { answer, nothing, settled, waiting } from './held.ts'

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
    const { base } = getState()
    const all = listed(getState())
    setState({ sizes: {} })
    if (!base.value || all.length === 0) return
    const result = await answer(studio.methodSizes(all.map((one) => one.methods)))
    if (result.ok && getState().base.value === base.value)
      setState({ sizes: Object.fromEntries(result.value.map((size, i) => [all[i]?.id ?? '', size])) })
  }

  async function sizeChosen(): Promise<void> {
    const { base, recipe } = getState()
    if (!base.value) return setState({ size: nothing })
    setState((s) => ({ size: waiting(s.size) }))
    const result = await answer(studio.methodSizes([recipe.methods]))
    const first = result.ok ? result.value[0] : result
    if (first && getState().recipe.methods === recipe.methods && getState().base.value === base.value)
      // The size of another list would be taken for this one's.
      setState({ size: settled(nothing, first) })
  }

  return {
    keepSized() {
      const stop = store.subscribe((now, before) => {
        const isOther = now.base.value !== before.base.value
        if (isOther || now.methods !== before.methods || now.presets !== before.presets) void sizeAll()
        if (!isOther && now.recipe.methods === before.recipe.methods) return
        clearTimeout(timer)
        timer = setTimeout(() => void sizeChosen(), SIZE_AFTER_MS)
      })
      return () => {
        clearTimeout(timer)
        stop()
      }
    },
  }
}
