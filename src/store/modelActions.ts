// Opens base models, and asks once what GPU and which methods there are.
import { toFailure } from '../protocol/failure.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { BaseInfo, NamedFile, Result } from '../protocol/studio.ts'
import type { Context } from './context.ts'
import type { DataActions } from './dataActions.ts'
import { answer, nothing, progressed, settled, waiting } from './held.ts'
import { filled, withBase } from './recipeEdits.ts'

export interface ModelActions {
  readDevice(): Promise<void>
  readMethods(): Promise<void>
  openBuiltin(id: string): Promise<void>
  openFolder(files: readonly NamedFile[]): Promise<void>
  /** A model of the Hub that is stored: by its id, or as `hub/org/name@revision`. */
  openHub(id: string): Promise<void>
  /** A dropped folder that was kept, by its name and, where it is said, its hash; answers whether there is one. */
  openKept(base: Recipe['base']): Promise<boolean>
  /** Copies the dropped model that is open into this browser. */
  keepModel(): Promise<void>
  /** Nothing of the copy stays. */
  cancelKeeping(): Promise<void>
  /** Tells the studio how the recipe keeps frozen weights, until the answer is called. */
  keepTold(): () => void
}

const baseOf = (source: Recipe['base']['source'], { id, revision, sha256 }: BaseInfo): Recipe['base'] => ({ source, id, ...(revision !== undefined && { revision }), ...(sha256 !== undefined && { sha256 }) })

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
          const methods = s.recipe.methods.map((choice) => filled(choice, { methods: value }))
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
    async openKept({ id, sha256 }) {
      const models = await answer(studio.models())
      const found = models.ok ? models.value.find((m) => m.source === 'folder' && m.complete && m.name === id && (sha256 === undefined || m.sha256 === sha256)) : undefined
      if (found) await open('folder', () => studio.openStored(found.id))
      return found !== undefined && getState().base.value?.storedAs === found.id
    },
    async keepModel() {
      const { base, keeping } = getState()
      if (keeping.busy || base.value?.bytesToKeep === undefined) return
      setState({ keeping: { busy: true } })
      const result = await answer(studio.keepModel((done, total) => setState((s) => (s.keeping.busy ? { keeping: progressed(s.keeping, done, total) } : {}))))
      setState({ keeping: result.ok || result.failure.code === 'cancelled' ? nothing : { busy: false, failure: result.failure } })
      if (result.ok) setState((s) => (s.base.value === base.value ? { base: { busy: false, value: result.value }, recipe: withBase(s.recipe, baseOf('folder', result.value)) } : {}))
    },
    cancelKeeping: () => studio.cancelKeeping(),
    keepTold: () =>
      store.subscribe((now, before) => {
        if (now.recipe.base !== before.recipe.base) void answer(studio.keepWeights(now.recipe.base))
      }),
  }
}
