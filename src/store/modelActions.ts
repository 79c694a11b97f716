// Opens base models, and asks once what GPU and which methods there are.
import { toFailure } from '../protocol/failure.ts'
import { defaults } from '../protocol/options.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { BaseInfo, NamedFile, Result } from '../protocol/studio.ts'
import type { Context } from './appStore.ts'
import type { DataActions } from './dataActions.ts'
import { answer, progressed, settled, waiting } from './held.ts'
import { withBase } from './recipeEdits.ts'

export interface ModelActions {
  readDevice(): Promise<void>
  readMethods(): Promise<void>
  openBuiltin(id: string): Promise<void>
  openFolder(files: readonly NamedFile[]): Promise<void>
  /** A model of the Hub that is stored: by its id, or as `hub/org/name@revision`. */
  openHub(id: string): Promise<void>
  /** Tells the studio how the recipe keeps frozen weights, until the answer is called. */
  keepTold(): () => void
}

const baseOf = (source: Recipe['base']['source'], { id, revision }: BaseInfo): Recipe['base'] => ({ source, id, ...(revision !== undefined && { revision }) })

export function modelActions({ studio, store }: Context, data: DataActions): ModelActions {
  const { getState, setState } = store
  let latest = 0

  /** Opens one base; if another was asked for meanwhile, this one's answer is dropped. */
  async function open(
    source: Recipe['base']['source'],
    call: (onProgress: (done: number, total: number) => void) => Promise<Result<BaseInfo>>,
  ): Promise<void> {
    latest += 1
    const turn = latest
    setState((s) => ({ base: waiting(s.base) }))
    const result = await answer(
      call((done, total) => {
        if (turn === latest) setState((s) => ({ base: progressed(s.base, done, total) }))
      }),
    )
    if (turn !== latest) return
    setState((s) => ({
      base: settled(s.base, result),
      recipe: result.ok ? withBase(s.recipe, baseOf(source, result.value)) : s.recipe,
    }))
    // The same rows are other tokens for another model.
    if (result.ok) await data.readAgain()
  }

  return {
    async readDevice() {
      const device = await answer(studio.device())
      setState((s) => ({ device: settled(s.device, device) }))
    },
    async readMethods() {
      try {
        const [value, presets] = await Promise.all([studio.methods(), studio.presets()])
        setState((s) => {
          // The recipe names every option from here on, so that what is saved is what was shown.
          const methods = s.recipe.methods.map((choice) => {
            const method = value.find((m) => m.id === choice.id)
            return method ? { ...choice, options: { ...defaults(method.options), ...choice.options } } : choice
          })
          return { methods: { busy: false, value }, presets, recipe: { ...s.recipe, methods } }
        })
      } catch (error) {
        setState({ methods: { busy: false, failure: toFailure(error) } })
      }
    },
    openBuiltin: (id) => open('builtin', (onProgress) => studio.openBuiltin(id, onProgress)),
    async openFolder(files) {
      if (getState().working) return
      await open('folder', (onProgress) => studio.openFolder(files, onProgress))
    },
    openHub: (id) => open('hub', () => studio.openStored(id)),
    keepTold: () =>
      store.subscribe((now, before) => {
        if (now.recipe.base !== before.recipe.base) void answer(studio.keepWeights(now.recipe.base))
      }),
  }
}
