// A model of the Hub, fetched into the model store: pinned to the commit that its revision is now, each file resumed where it
// broke off and checked by the hash that the Hub names for it. Answers with its name in the library once every file is ready.
import { readHubAddress } from '../files/hubAddress.ts'
import { modelTypeOf } from '../files/gguf/ggufNames.ts'
import { chooseHubFiles, readHubListing, shardFiles, type HubFile, type HubListing } from '../files/hubListing.ts'
import { readJsonFile } from '../files/jsonFile.ts'
import type { ByteSource } from '../files/byteSource.ts'
import { paced } from '../lib/paced.ts'
import { TransferRate } from '../lib/transferRate.ts'
import { Fault } from '../protocol/failure.ts'
import type { HubProgress, HubRequest } from '../protocol/models.ts'
import { HubConnection, type HubOptions } from './hubConnection.ts'
import { hubFile } from './hubFile.ts'
import { fileId } from './library.ts'
import type { Storage } from './storage.ts'

export interface HubHooks {
  onProgress(progress: HubProgress): void
  /** Told the type of the model before its weights are fetched; throws where it cannot be opened. */
  check(modelType: string): Promise<void>
}

export const hubModelId = (repo: string, commit: string): string => `hub/${repo}@${commit}`

/** Between two reports. */
const REPORT_MS = 100
/** Files from here on tell how fast bytes arrive. */
const PACE_BYTES = 1_000_000

export async function fetchHubModel(storage: Storage, { repo: text, revision, token }: HubRequest, options: Omit<HubOptions, 'token' | 'onWait'>, { onProgress, check }: HubHooks): Promise<string> {
  let latest: HubProgress = { doing: 'asking', done: 0, total: 0 }
  const reports = paced(onProgress, REPORT_MS, (progress, before) => progress.doing !== before.doing || progress.reason !== before.reason)
  const tell = (progress: HubProgress): void => reports.tell((latest = progress))
  const hub = new HubConnection({
    ...options,
    ...(token && { token }),
    onWait: (reason, seconds) => tell({ ...latest, doing: 'waiting', reason: `${reason} Trying again in ${Math.ceil(seconds)} s.` }),
  })
  const address = readHubAddress(text, options.endpoint)
  const wanted = revision?.trim() || address.revision
  // A commit never changes, so that one which is here needs no asking.
  const named = address.file === undefined ? address.repo : `${address.repo}/${address.file}`
  const known = /^[0-9a-f]{40}$/.test(wanted ?? '') ? hubModelId(named, wanted ?? '') : undefined
  if (known !== undefined && (await storage.library.open(known))) return known
  tell(latest)
  const listing = await list(hub, address.repo, wanted)
  const { repo, commit } = listing
  const choice = chooseHubFiles(listing, address.file)
  // Each GGUF file of a repository is a model of its own.
  const name = choice.gguf === undefined ? repo : `${repo}/${choice.gguf}`
  const id = hubModelId(name, commit)

  return storage.library.alone(id, async () => {
    const guess = [...choice.small, ...(choice.index ? [choice.index] : []), ...choice.weights]
    const note = (files: readonly HubFile[]): Promise<void> =>
      storage.library.note({ id, source: 'hub', name, commit, revision: wanted ?? 'main', parts: files.map(({ path, bytes }) => ({ path, bytes })) })
    await note(guess)
    let total = sum(guess)
    let before = 0
    const rate = new TransferRate()
    const get = async (file: HubFile): Promise<ByteSource> => {
      let last: number | undefined
      const source = await storage.models.fetch(
        { ...file, id: fileId(id, file.path), name: `${file.path} of ${repo}`, version: file.sha256 ?? file.gitOid ?? commit },
        hubFile(hub, { repo, commit, ...file }),
        (done) => {
          // What was there already, what is fetched again, and files that are mostly waiting for an answer say nothing of the pace.
          if (last !== undefined && done > last && file.bytes >= PACE_BYTES) rate.add(done - last)
          last = done
          const bytesPerSecond = rate.perSecond()
          const all = before + done
          tell({
            doing: 'fetching', file: file.path, done: all, total,
            ...(bytesPerSecond !== undefined && { bytesPerSecond, ...(bytesPerSecond > 0 && { secondsLeft: (total - all) / bytesPerSecond }) }),
          })
        },
      )
      before += file.bytes
      return source
    }

    if (choice.gguf !== undefined && listing.architecture !== undefined) await check(modelTypeOf(listing.architecture) ?? listing.architecture)
    const config = choice.gguf === undefined ? choice.small[0] : undefined
    if (config) await checkType(await get(config), check)
    const others = choice.small.filter((file) => file !== config)
    let { weights } = choice
    if (choice.index) {
      const source = await get(choice.index)
      weights = await shardFiles(listing, await source.read(0, source.size))
      total = sum([...choice.small, choice.index, ...weights])
      await note([...choice.small, choice.index, ...weights])
    }
    await requireRoom(storage, id, repo, weights)
    for (const file of [...others, ...weights]) await get(file)
    tell({ doing: 'fetching', done: total, total })
    return id
  }).finally(reports.flush)
}

const sum = (files: readonly HubFile[]): number => files.reduce((n, f) => n + f.bytes, 0)

async function list(hub: HubConnection, repo: string, revision: string | undefined): Promise<HubListing> {
  const path = revision === undefined ? `api/models/${repo}` : `api/models/${repo}/revision/${encodeURIComponent(revision)}`
  return readHubListing(await hub.json(`${path}?blobs=true`, repo, revision), repo)
}

async function checkType(config: ByteSource, check: HubHooks['check']): Promise<void> {
  const read = await readJsonFile(config)
  const type = 'value' in read ? read.value['model_type'] : undefined
  if (typeof type !== 'string') throw new Fault('bad-model', 'problem' in read ? read.problem : 'Its config.json does not say its model_type.', 'Choose a model in the layout of transformers.')
  await check(type)
}

/** Refuses before the first byte of weights what would fill the disk half-way. */
async function requireRoom(storage: Storage, id: string, repo: string, weights: readonly HubFile[]): Promise<void> {
  const here = await Promise.all(weights.map((file) => storage.models.arrived(fileId(id, file.path))))
  await storage.quota.require(sum(weights) - here.reduce((n, bytes) => n + bytes, 0), repo)
}
