// The scripted Studio's way out: three files, written nowhere, and a Hub that has one repository already and refuses one token.
import type { Failure } from '../protocol/failure.ts'
import type { Result } from '../protocol/result.ts'
import type { Parcel, ParcelList, TakeAway } from '../protocol/takeAway.ts'

const ok = <T>(value: T): Result<T> => ({ ok: true, value })

export function testTakeAway(wait: () => Promise<void>): TakeAway {
  let stopped = false
  const listed = ({ what }: Parcel): ParcelList =>
    what === 'script'
      ? { name: 'pirate-script', files: [{ path: 'train.py', bytes: 14_000 }, { path: 'recipe.json', bytes: 2000 }, { path: 'batches.jsonl', bytes: 40_000 }] }
      : { name: 'pirate', files: [{ path: 'README.md', bytes: 3200 }, { path: 'adapter_config.json', bytes: 900 }, { path: 'adapter_model.safetensors', bytes: 655_360 }] }
  const cancelled = (message: string): { ok: false; failure: Failure } => ({ ok: false, failure: { code: 'cancelled', message, hint: 'Start it again.' } })
  return {
    listParcel: async (parcel) => ok(listed(parcel)),
    async zipParcel(parcel) {
      const { makeZip } = await import('client-zip')
      const { name, files } = listed(parcel)
      return ok({ name: `${name}.zip`, zip: await new Response(makeZip(files.map((f) => ({ name: f.path, input: f.path })))).blob() })
    },
    async writeParcel(parcel, _into, onProgress) {
      onProgress({ doing: 'writing', done: 1, total: 2 })
      await wait()
      return ok(listed(parcel).name)
    },
    async pushParcel(parcel, { repo, token, isPrivate, intoExisting }, onProgress) {
      stopped = false
      if (token === 'hf_bad') return { ok: false, failure: { code: 'network', message: 'huggingface.co does not know this access token.', hint: 'Copy it again, or make a new one that may write.' } }
      const id = repo.includes('/') ? repo : `tester/${repo}`
      if (repo === 'taken' && !intoExisting) return ok({ exists: id })
      const total = listed(parcel).files.reduce((n, f) => n + f.bytes, 0)
      for (let i = 1; i <= 8; i++) {
        if (stopped) return cancelled('Sending was cancelled, and no commit was made.')
        onProgress({ doing: 'uploading', done: (total * i) / 8, total })
        await wait()
      }
      return ok({ repo: id, url: `https://huggingface.co/${id}`, commit: '5f1c2d3e', isPrivate })
    },
    cancelParcel: async () => void (stopped = true),
  }
}
