// Adapters after training: which ones answer, and what is loaded, made of others, renamed, deleted and taken away.
// What fails is answered to the caller where a dialog waits for it, and put on the shelf's own place otherwise.
import type { AdapterFormat, AdapterUse, CombineRequest, Exported, MergedFormat } from '../protocol/adapters.ts'
import type { Failure } from '../protocol/failure.ts'
import type { NamedFile, Result } from '../protocol/result.ts'
import { activeUses, toggled, usable, weighted } from './adapterUses.ts'
import type { AppState } from './appState.ts'
import type { Context } from './context.ts'
import { answer, settled, waiting } from './held.ts'

export interface AdapterActions {
  /** Watches the store until the answer is called: the list follows the base and the runs. */
  keepShelved(): () => void
  refreshAdapters(): Promise<void>
  /** Answers come from these; an answer in flight goes on with them. */
  setUses(uses: readonly AdapterUse[]): void
  toggleUse(id: string): void
  setWeight(id: string, weight: number): void
  loadAdapter(files: readonly NamedFile[]): Promise<void>
  renameAdapter(id: string, name: string): Promise<Failure | undefined>
  deleteAdapter(id: string): Promise<void>
  combineAdapters(request: CombineRequest): Promise<Failure | undefined>
  compressAdapter(id: string, rank: number, name: string): Promise<Failure | undefined>
  /** A LoRA out of a hypernetwork, for a task by name or in words; answers come from it then. */
  emitAdapter(id: string, task: string): Promise<Failure | undefined>
  /** Frees what it holds on the GPU. */
  unloadAdapter(id: string): Promise<void>
  /** Merges into the open model; none takes all out again. */
  mergeAdapters(uses: readonly AdapterUse[]): Promise<void>
  exportAdapter(id: string, format?: AdapterFormat): Promise<Exported | undefined>
  exportMerged(uses: readonly AdapterUse[], name: string, format?: MergedFormat): Promise<Exported | undefined>
}

/** Quiet time before an answer in flight is switched: a slider reports every pixel. */
const SWITCH_AFTER_MS = 120

export function adapterActions({ studio, store }: Context): AdapterActions {
  const { getState, setState } = store
  let latest = 0
  let switching: ReturnType<typeof setTimeout> | undefined
  let prepared = ''

  async function refreshAdapters(): Promise<void> {
    latest += 1
    const turn = latest
    setState((s) => ({ adapters: waiting(s.adapters) }))
    const list = await answer(studio.adapters())
    if (turn !== latest) return
    setState((s) => ({
      adapters: settled(s.adapters, list),
      // What is gone, or does not fit another base, cannot answer.
      ...(s.chosenUses && list.ok ? { chosenUses: usable(s.chosenUses, list.value) } : {}),
    }))
  }

  /** One call at a time; its failure stands on the shelf. Answers its value. */
  async function shelve<T>(doing: string, call: () => Promise<Result<T>>): Promise<T | undefined> {
    if (getState().shelving.busy) return undefined
    setState({ shelving: { busy: true, doing } })
    const result = await answer(call())
    setState({ shelving: result.ok ? { busy: false } : { busy: false, failure: result.failure } })
    if (result.ok) await refreshAdapters()
    return result.ok ? result.value : undefined
  }

  async function told(call: Promise<Result<unknown>>): Promise<Failure | undefined> {
    const result = await answer(call)
    if (result.ok) await refreshAdapters()
    return result.ok ? undefined : result.failure
  }

  /** Puts them on the GPU ahead of the question, once for the same company: weights are read at run time. */
  async function prepare(uses: readonly AdapterUse[]): Promise<void> {
    const ids = uses.map((use) => use.id).join(' ')
    if (ids === prepared || ids === '' || getState().working) return
    prepared = ids
    const result = await answer(studio.prepareAdapters(uses))
    // What cannot be prepared says why when it is asked.
    if (result.ok) await refreshAdapters()
    else prepared = ''
  }

  function setUses(uses: readonly AdapterUse[]): void {
    setState({ chosenUses: uses })
    clearTimeout(switching)
    switching = setTimeout(() => {
      const { asked } = getState()
      if (!asked?.answerId || !asked.tuned?.busy) return void prepare(uses)
      // Asked right after the choice: it answers with these already.
      if (asked.uses.at(-1) === uses) return
      setState({ asked: { ...asked, uses: [...asked.uses, uses] } })
      void answer(studio.switchAdapters(asked.answerId, uses))
    }, SWITCH_AFTER_MS)
  }

  return {
    refreshAdapters,
    setUses,
    toggleUse: (id) => setUses(toggled(activeUses(getState()), id)),
    setWeight: (id, weight) => setUses(weighted(activeUses(getState()), id, weight)),
    async loadAdapter(files) {
      const loaded = await shelve('Reading the adapter', () => studio.loadAdapter(files))
      if (loaded && loaded.misfit === undefined) setUses([{ id: loaded.id, weight: 1 }])
    },
    renameAdapter: (id, name) => told(studio.renameAdapter(id, name)),
    deleteAdapter: async (id) => void (await shelve('Deleting', () => studio.deleteAdapter(id))),
    combineAdapters: (request) => told(studio.combineAdapters(request)),
    async compressAdapter(id, rank, name) {
      const { recipe, dataset } = getState()
      const result = await answer(studio.compressAdapter({ id, rank, name, ...(dataset.value ? { recipe } : {}) }))
      if (!result.ok) return result.failure
      setState({ compressed: result.value })
      await refreshAdapters()
      return undefined
    },
    async emitAdapter(id, task) {
      const result = await answer(studio.emitAdapter(id, task))
      if (!result.ok) return result.failure
      await refreshAdapters()
      setUses([{ id: result.value.id, weight: 1 }])
      return undefined
    },
    async unloadAdapter(id) {
      prepared = ''
      await shelve('Freeing memory', () => studio.unloadAdapter(id))
    },
    mergeAdapters: async (uses) =>
      void (await shelve(uses.length > 0 ? 'Merging into the model' : 'Taking the merge out', () => studio.mergeAdapters(uses))),
    exportAdapter: (id, format) => shelve('Packing', () => studio.exportAdapter(id, format)),
    exportMerged: (uses, name, format) => shelve('Packing the merged model', () => studio.exportMerged(uses, name, format)),
    keepShelved() {
      const kept = (s: AppState): string => (s.runs.value ?? []).map((r) => (r.hasAdapter ? `${r.id} ${r.step} ${r.status}` : '')).join()
      let known = ''
      const stop = store.subscribe((now, before) => {
        if (now.runs.value === before.runs.value && now.base.value === before.base.value) return
        const key = `${now.base.value?.id} ${kept(now)}`
        if (key !== known) void refreshAdapters()
        known = key
      })
      return stop
    },
  }
}
