// The scripted Studio's Hub: one model that can be fetched, one that is gated, and a list of what is stored.
import { Fault, toFailure } from '../protocol/failure.ts'
import type { ModelLibrary, StoredModelInfo } from '../protocol/models.ts'
import type { BaseInfo, Result } from '../protocol/studio.ts'
import { testBase } from './testFixtures.ts'

const ok = <T>(value: T): Result<T> => ({ ok: true, value })
const refused = (message: string, hint: string): Result<never> => ({ ok: false, failure: toFailure(new Fault('network', message, hint)) })

export const TEST_COMMIT = '5f1c2d3e4b5a69788796a5b4c3d2e1f0aabbccdd'

/** @param dropped the folder that was opened last */
export function testLibrary(wait: () => Promise<void>, dropped: () => BaseInfo | undefined): ModelLibrary {
  const total = 4_000_000
  const stored = new Map<string, StoredModelInfo>([
    ['builtin/starter', { id: 'builtin/starter', source: 'builtin', name: 'starter', bytes: testBase.bytes, arrived: testBase.bytes, complete: true, usedAt: 1_760_000_000_000 }],
  ])
  let stopped = false
  const put = (name: string, arrived: number): string => {
    const id = `hub/${name}@${TEST_COMMIT}`
    stored.set(id, { id, source: 'hub', name, revision: 'main', commit: TEST_COMMIT, bytes: total, arrived, complete: arrived === total, usedAt: 1_760_000_100_000 })
    return id
  }
  return {
    hub: async () => ok({ endpoint: 'https://huggingface.co' }),
    async fetchHub({ repo, token }, onProgress) {
      if (repo === 'org/gated' && !token) return refused('org/gated is gated: it goes only to those who have accepted its terms.', 'Accept them at https://huggingface.co/org/gated, and give an access token that may read it.')
      stopped = false
      for (let i = 1; i <= 8; i++) {
        if (stopped) return { ok: false, failure: { code: 'cancelled', message: 'The download was cancelled.', hint: 'Start it again; it goes on from there.' } }
        onProgress({ doing: 'fetching', file: 'model.safetensors', done: (total * i) / 8, total, bytesPerSecond: 2_000_000, secondsLeft: 2 - i / 4 })
        put(repo, (total * i) / 8)
        await wait()
      }
      return ok(put(repo, total))
    },
    cancelHub: async () => void (stopped = true),
    models: async () => ok([...stored.values()].toSorted((a, b) => b.usedAt - a.usedAt)),
    async openStored(id) {
      const model = stored.get(id)
      if (!model?.complete) return refused('This model is not stored in this browser.', 'Fetch it first.')
      return ok({ ...testBase, id: model.name, title: model.name, storedAs: id, ...(model.commit !== undefined && { revision: model.commit }), ...(model.sha256 !== undefined && { sha256: model.sha256 }) })
    },
    async verifyModel(_id, onProgress) {
      onProgress(1, 2)
      await wait()
      return ok({ damaged: [] })
    },
    async deleteModel(id) {
      stored.delete(id)
      return ok(true)
    },
    async keepModel(onProgress) {
      const base = dropped()
      if (base?.bytesToKeep === undefined) return refused('No dropped model is open that could be kept.', 'Drop a model folder first.')
      const { bytesToKeep: bytes, ...info } = base
      stopped = false
      for (let i = 1; i <= 8; i++) {
        if (stopped) return { ok: false, failure: { code: 'cancelled', message: 'Keeping the model was cancelled.', hint: 'Keep it again when you want it.' } }
        onProgress((bytes * i) / 4, 2 * bytes)
        await wait()
      }
      const id = `folder/${info.id}@${TEST_COMMIT}`
      stored.set(id, { id, source: 'folder', name: info.id, sha256: TEST_COMMIT, bytes, arrived: bytes, complete: true, usedAt: 1_760_000_200_000 })
      return ok({ ...info, storedAs: id, sha256: TEST_COMMIT })
    },
    cancelKeeping: async () => void (stopped = true),
  }
}
