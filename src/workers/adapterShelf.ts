// What the page asks about adapters, answered: those of runs and those dropped or made here, on the open base.
import type { AdapterShelf } from '../protocol/adapters.ts'
import type { Result } from '../protocol/result.ts'

export function adapterShelf(): AdapterShelf {
  const later = (): Promise<Result<never>> =>
    Promise.resolve({ ok: false, failure: { code: 'bad-adapter', message: 'Stored adapters cannot be used yet.', hint: 'Use the adapter of a run.' } })
  return {
    adapters: async () => ({ ok: true, value: [] }),
    switchAdapters: later,
    loadAdapter: later,
    renameAdapter: later,
    deleteAdapter: later,
    prepareAdapters: later,
    unloadAdapter: later,
    combineAdapters: later,
    compressAdapter: later,
    mergeAdapters: later,
    exportAdapter: later,
    exportMerged: later,
  }
}
