// The scripted Studio's storage: every run takes the same room.
import type { KeepShelf, KeptFile } from '../protocol/keep.ts'
import type { RunRecord } from '../protocol/studio.ts'

export function testKeep(records: Map<string, RunRecord>): KeepShelf {
  const kept = new Map<string, readonly KeptFile[]>()
  return {
    watchTabs: async () => undefined,
    askTab: async () => undefined,
    takeOver: async () => ({ ok: true, value: true }),
    storageUse: async () => ({
      ok: true,
      value: {
        runs: [...records.values()].map(({ id, checkpointStep }) => ({ id, checkpoints: checkpointStep === undefined ? 0 : 1_310_720, adapter: 655_360, data: 61_200 })),
        shelf: [],
        desk: 0,
        models: 6_304_768,
        usedBytes: 8_400_000 + 2_027_280 * records.size,
        freeBytes: 21_000_000_000,
        persisted: false,
      },
    }),
    keepSafe: async () => ({ ok: true, value: true }),
    async dropCheckpoints(id) {
      const record = records.get(id)
      if (record) {
        const { checkpointStep: _step, ...rest } = record
        records.set(id, rest)
      }
      return { ok: true, value: true }
    },
    exportProject: async (id) => ({ ok: true, value: { name: `${id}.project.zip`, zip: new Blob(['project']) } }),
    openProject: async () => ({ ok: false, failure: { code: 'bad-file', message: 'The scripted studio opens no project.', hint: 'Use the real one.' } }),
    async keepFiles(files) {
      const name = `desk-${kept.size}`
      kept.set(name, files)
      return { ok: true, value: name }
    },
    keptFiles: async (name) => ({ ok: true, value: kept.get(name) ?? [] }),
    cancelProject: async () => undefined,
  }
}
