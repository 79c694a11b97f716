// The desk as somebody left it: written a moment after every change, and laid out again when the page starts.
import type { AppState } from './appState.ts'
import type { Context } from './context.ts'
import { batch } from './batch.ts'
import type { CompareActions } from './compareActions.ts'
import type { DataActions } from './dataActions.ts'
import { deskText, readDesk, type Desk } from './desk.ts'
import type { ModelActions } from './modelActions.ts'
import { canContinue } from './runFigures.ts'
import type { RunListActions } from './runListActions.ts'
import type { Views } from './views.ts'

/** Where the desk's text lies between two visits. */
export interface DeskPlace {
  read(): string | null
  /** Null clears it. */
  write(text: string | null): void
}

export interface DeskActions {
  /** Looks at curves or runs in another way. */
  look(part: Partial<Views>): void
  /** Writes what has not been written yet, since the page may go. */
  saveDesk(): void
  /** Forgets it: the next start is as the first. Whoever calls this reloads the page. */
  clearDesk(): void
}
interface Needs {
  readonly model: ModelActions
  readonly data: DataActions
  readonly runList: RunListActions
  readonly compare: CompareActions
}

export interface DeskWork extends DeskActions {
  /** Opens the model and the data that lay there, or what the page begins with. */
  layOut(): Promise<void>
  /** Once the runs are known: shows those that were looked at. */
  showRuns(): Promise<void>
}

const kept = ({ recipe, sampling, prompt, asked, chosenUses, runId, compared, views, keptFiles }: AppState): readonly unknown[] => [recipe, sampling, prompt, asked, chosenUses, runId, compared, views, keptFiles]

export function deskActions({ store }: Context, place: DeskPlace, { model, data, runList, compare }: Needs): DeskWork {
  const { getState, setState } = store
  const desk: Desk = readDesk(place.read()) ?? { compared: [] }
  let written = desk
  let isCleared = false
  /** What is shown only later must not be forgotten before. */
  let waiting: Pick<Desk, 'uses' | 'runId' | 'compared' | 'files'> | undefined = desk

  const write = (): void => {
    if (isCleared) return
    const { uses, runId, compared, files } = waiting ?? {}
    const s = getState()
    const text = deskText({ ...s, ...(uses && { chosenUses: uses }), ...(runId !== undefined && { runId }), ...(compared && { compared: compared.map((id) => ({ id, run: { busy: true } })) }), ...(files !== undefined && { keptFiles: files }) }, written)
    written = readDesk(text) ?? written
    place.write(text)
  }
  const soon = batch<true>(write, 400)

  async function layOut(): Promise<void> {
    const { recipe, sampling, prompt, asked, views } = desk
    const first = getState().recipe.base.id
    setState({ ...(recipe && { recipe }), ...(sampling && { sampling }), ...(prompt !== undefined && { prompt }), ...(asked && { asked }), ...(views && { views }) })
    store.subscribe((now, before) => {
      const was = kept(before)
      if (kept(now).some((value, i) => value !== was[i])) soon.add(true)
    })
    if (!recipe) return model.openBuiltin(first)
    const { base } = recipe
    const reading = data.layOut(recipe, desk.files)
    // Only what is stored: a start does not make the page fetch.
    if (base.source === 'hub') await model.openHub(`hub/${base.id}@${base.revision ?? 'main'}`)
    else if (base.source === 'builtin') await model.openBuiltin(base.id)
    else await model.openKept(base)
    const isBack = getState().base.value !== undefined
    if (!isBack) await model.openBuiltin(first)
    await reading
    if (isBack || base.source === 'builtin') return
    const message = base.source === 'hub' ? `The model ${base.id} was open, and is not stored in this browser.` : `The model folder “${base.id}” was open, and no copy of it is kept in this browser.`
    const hint = base.source === 'hub' ? 'Fetch it under “Hugging Face model” to go on with it.' : 'Drop it on this page to go on with it.'
    setState({ notice: { code: 'bad-model', message, hint } })
  }

  async function showRuns(): Promise<void> {
    const { runs, working } = getState()
    const { uses, runId, compared } = desk
    const known = (id: string | undefined): boolean => runs.value?.some((run) => run.id === id) ?? false
    // A run that was cut off is offered, and shown when it goes on.
    const isOffered = runs.value?.some((run) => canContinue(run) && run.status !== 'stopped') ?? false
    if (!working && !isOffered && runId !== undefined && known(runId) && getState().runId === undefined) await runList.showRun(runId)
    if (uses && !getState().chosenUses) setState({ chosenUses: uses })
    for (const id of compared) if (known(id)) await compare.compare(id, true)
    waiting = undefined
    soon.add(true)
  }

  return {
    look: (part) => setState((s) => ({ views: { ...s.views, ...part } })),
    layOut,
    showRuns,
    saveDesk: () => soon.flush(),
    clearDesk() {
      isCleared = true
      place.write(null)
    },
  }
}
