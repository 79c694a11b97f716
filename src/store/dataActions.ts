// Opens datasets, and renders the open one again when the recipe or the base model changed.
import type { Recipe } from '../protocol/recipe.ts'
import type { DatasetInfo, NamedFile, Result } from '../protocol/studio.ts'
import type { Context } from './appStore.ts'
import { answer, settled, waiting } from './held.ts'
import { dataKey } from './recipeEdits.ts'

export interface DataActions {
  readSamples(): Promise<void>
  openSample(id: string): Promise<void>
  /** `test`: rows that are asked before and after training. */
  openFile(file: NamedFile, test?: NamedFile): Promise<void>
  /** Adds the test rows of another file to the file that is open. */
  addTestFile(test: NamedFile): Promise<void>
  /** Renders the chosen dataset for the recipe and base as they are now. */
  readAgain(): Promise<void>
}

type Open = (recipe: Recipe) => Promise<Result<DatasetInfo>>

export function dataActions({ studio, store }: Context): DataActions {
  const { getState, setState } = store
  let latest = 0
  /** A dataset that was chosen before a base model was there to render it for. */
  let wanted: Open | undefined
  let opened: NamedFile | undefined

  async function open(call: Open): Promise<boolean> {
    latest += 1
    const turn = latest
    const { base, recipe } = getState()
    setState((s) => ({ dataset: waiting(s.dataset) }))
    if (!base.value) {
      wanted = call
      return true
    }
    wanted = undefined
    const result = await answer(call(recipe))
    if (turn === latest) setState((s) => ({ dataset: settled(s.dataset, result), renderedFor: dataKey(recipe) }))
    return result.ok
  }

  /** Names a new dataset in the recipe and opens it. If it cannot be read, the one before stays open, and named. */
  async function choose(part: { source: 'sample' | 'file'; id: string; name: string }, call: Open): Promise<boolean> {
    const { name, source, id } = part
    const before = getState().recipe
    setState((s) => ({ recipe: { ...s.recipe, name, data: { ...s.recipe.data, source, id } } }))
    const isOpen = await open(call)
    const { recipe, dataset } = getState()
    if (!isOpen && dataset.value && recipe.data.id === id) {
      const data = { ...recipe.data, source: before.data.source, id: before.data.id }
      const undone = { ...recipe, name: before.name, data }
      setState({ recipe: undone, renderedFor: dataKey(undone) })
    }
    return isOpen
  }

  return {
    async readSamples() {
      const samples = await answer(studio.samples())
      setState((s) => ({ samples: settled(s.samples, samples) }))
    },
    async openSample(id) {
      const name = getState().samples.value?.find((s) => s.id === id)?.title ?? id
      await choose({ source: 'sample', id, name }, (recipe) => studio.openSample(id, recipe))
    },
    async openFile(file, test) {
      const id = file.path.split('/').at(-1) ?? file.path
      const part = { source: 'file', id, name: id.replace(/\.[^.]*$/, '') } as const
      if (await choose(part, (recipe) => studio.openFile(file, recipe, test))) opened = file
    },
    async addTestFile(test) {
      const file = opened
      if (file) await open((recipe) => studio.openFile(file, recipe, test))
    },
    async readAgain() {
      if (wanted) await open(wanted)
      else if (getState().dataset.value) await open((recipe) => studio.describeData(recipe))
    },
  }
}
