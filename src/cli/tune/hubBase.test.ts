// A recipe's base from the Hub on the command line: laid out as a folder, kept for the next time.
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { utf8 } from '../../lib/bytes.ts'
import { startTestHub, TOKEN } from '../../storage/testHub.ts'
import { hubBase } from './hubBase.ts'

it('fetches once, pins the recipe, and needs no network for a commit that is here', async () => {
  const hub = await startTestHub()
  const cache = await mkdtemp(join(tmpdir(), 'tunesmith-hub-'))
  try {
    const commit = 'd'.repeat(40)
    const weights = Uint8Array.from({ length: 70_000 }, (_, i) => i * 7)
    const files = new Map([
      ['config.json', utf8('{"model_type":"gpt2"}')],
      ['tokenizer.json', utf8('{}')],
      ['model.safetensors', weights],
    ])
    hub.models.set('org/name', { commit, files, gated: true })
    const lines: string[] = []
    const env = { HF_ENDPOINT: hub.endpoint, HF_TOKEN: TOKEN, XDG_CACHE_HOME: cache }
    const { base, folder } = await hubBase({ source: 'hub', id: 'org/name' }, env, (line) => lines.push(line))
    expect(base).toEqual({ source: 'hub', id: 'org/name', revision: commit })
    expect((await readdir(folder)).toSorted()).toEqual([...files.keys()].toSorted())
    expect(Uint8Array.from(await readFile(join(folder, 'model.safetensors')))).toEqual(weights)
    await hub.close()
    const again = await hubBase(base, env, (line) => lines.push(line))
    expect(again).toEqual({ base, folder })
    expect(Uint8Array.from(await readFile(join(again.folder, 'model.safetensors')))).toEqual(weights)
  } finally {
    await hub.close()
    await rm(cache, { recursive: true, force: true })
  }
})
