// Files of a person sent to a repository of theirs on the Hub, in one commit: the repository is made private unless they say
// otherwise, large files are hashed and go to where the Hub says, and what it has already is not sent again.
import type { CommitOutput } from '@huggingface/hub'
import { totalSize } from '../files/byteSource.ts'
import { paced } from '../lib/paced.ts'
import { isRecord } from '../protocol/record.ts'
import { Fault } from '../protocol/failure.ts'
import type { NamedFile } from '../protocol/result.ts'
import type { Pushed, PushRequest, RepoExists, SendProgress } from '../protocol/takeAway.ts'
import { readHubAddress } from '../files/hubAddress.ts'
import { HubConnection, type HubOptions } from './hubConnection.ts'
import { patientFetch } from './patientFetch.ts'
import { pushRefusal, statusOf } from './pushRefusal.ts'

export const pushCancelled = (): Fault => new Fault('cancelled', 'Sending was cancelled, and no commit was made.', 'Start it again; large files that had arrived are not sent twice.')

/** Between two reports. */
const REPORT_MS = 100

export async function pushToHub(
  files: readonly NamedFile[],
  { repo: given, token, isPrivate, intoExisting = false }: PushRequest,
  options: Omit<HubOptions, 'token' | 'onWait'>,
  onProgress: (progress: SendProgress) => void,
): Promise<Pushed | RepoExists> {
  const { endpoint, signal } = options
  const total = totalSize(files.map(({ file }) => file))
  let latest: SendProgress = { doing: 'uploading', done: 0, total }
  const reports = paced(onProgress, REPORT_MS, (progress, before) => progress.doing !== before.doing || progress.reason !== before.reason)
  const tell = (progress: SendProgress): void => reports.tell((latest = progress))
  const own: HubOptions = { ...options, token, onWait: (reason, seconds) => tell({ ...latest, doing: 'waiting', reason: `${reason} Trying again in ${Math.ceil(seconds)} s.` }) }
  const { endpoint: address } = new HubConnection(own)
  const shared = { fetch: patientFetch(own), hubUrl: address.href.replace(/\/$/, ''), accessToken: token }
  const { createRepo, commitIter, whoAmI } = await import('@huggingface/hub')

  const asked = <T>(work: Promise<T>, repo: string): Promise<T> =>
    work.catch((error: unknown): never => {
      throw signal?.aborted ? pushCancelled() : pushRefusal(error, { endpoint: address, repo })
    })
  const me = await asked(whoAmI(shared), given)
  if (me.auth.accessToken?.role === 'read') throw new Fault('network', `This token of ${me.name} may only read.`, 'Make one that may write, in the settings of your account.')
  const repo = nameOf(given, me.name, endpoint)

  let wasPrivate = isPrivate
  try {
    await createRepo({ ...shared, repo: { type: 'model', name: repo }, visibility: isPrivate ? 'private' : 'public' })
  } catch (error) {
    if (statusOf(error) !== 409 || signal?.aborted) throw signal?.aborted ? pushCancelled() : pushRefusal(error, { endpoint: address, repo })
    const found = await lookAt(shared, repo)
    // An empty one was made by an attempt that went no further.
    if (!intoExisting && !found.isEmpty) return { exists: repo }
    wasPrivate = found.isPrivate
    if (isPrivate && !wasPrivate) throw new Fault('network', `${repo} is there already, and everybody can read it.`, 'Choose another name, or allow that what you send is public.')
  }

  const commit = commitIter({
    ...shared,
    repo: { type: 'model', name: repo },
    title: 'From Tunesmith',
    operations: files.map(({ path, file }) => ({ operation: 'addOrUpdate', path, content: file })),
    ...(signal && { abortSignal: signal }),
  })
  const sizes = new Map(files.map(({ path, file }) => [path, file.size]))
  const sent = new Map<string, number>()
  let made: CommitOutput | undefined
  try {
    let step = await asked(commit.next(), repo)
    for (; !step.done; step = await asked(commit.next(), repo)) {
      const event = step.value
      if (event.event !== 'fileProgress') continue
      const { path, progress, state } = event
      if (state === 'error') throw new Fault('network', `${path} could not be sent.`, 'Try again; what had arrived is not sent twice.')
      if (state === 'uploading') sent.set(path, progress * (sizes.get(path) ?? 0))
      tell({ doing: state, file: path, done: Math.min(total, [...sent.values()].reduce((n, x) => n + x, 0)), total })
    }
    made = step.value
    tell({ doing: 'uploading', done: total, total })
  } finally {
    reports.flush()
  }
  return { repo, url: new URL(repo, `${address.href.replace(/\/$/, '')}/`).href, commit: made?.commit.oid ?? '', isPrivate: wasPrivate }
}

function nameOf(given: string, owner: string, endpoint: string): string {
  const text = given.trim()
  const { repo, file } = readHubAddress(text.includes('/') ? text : `${owner}/${text}`, endpoint)
  if (!repo.includes('/') || file !== undefined) throw new Fault('bad-recipe', `“${text}” is not the name of a repository.`, 'Give it as owner/name, or as the name alone.')
  return repo
}

/** What is there: whom it is open to, and whether anything was ever written. */
async function lookAt({ fetch: ask, hubUrl, accessToken }: { fetch: typeof fetch; hubUrl: string; accessToken: string }, repo: string): Promise<{ isPrivate: boolean; isEmpty: boolean }> {
  const response = await ask(`${hubUrl}/api/models/${repo}`, { headers: { Authorization: `Bearer ${accessToken}` } })
  const info: unknown = response.ok ? await response.json().catch(() => undefined) : undefined
  if (!isRecord(info)) return { isPrivate: false, isEmpty: false }
  const files = Array.isArray(info['siblings']) ? info['siblings'] : [undefined]
  return { isPrivate: info['private'] === true, isEmpty: files.every((f) => isRecord(f) && f['rfilename'] === '.gitattributes') }
}
