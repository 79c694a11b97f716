// Why the Hub refuses, or asks to be tried again, as a sentence: it says so in a header of its own, and where it does not, by the status.
import { Fault } from '../protocol/failure.ts'

interface Asked {
  readonly endpoint: URL
  readonly repo: string
  readonly revision: string | undefined
  readonly hasToken: boolean
}

export function hubRefusal(response: Response, { endpoint, repo, revision, hasToken }: Asked): Fault {
  const { host } = endpoint
  const code = response.headers.get('x-error-code') ?? ''
  const detail = [`${response.status} ${code}`.trim(), response.headers.get('x-error-message')].filter(Boolean).join(': ')
  const fault = (message: string, hint: string): Fault => new Fault('network', message, hint, detail)
  if (code === 'GatedRepo')
    return fault(
      `${repo} is gated: it goes only to those who have accepted its terms${hasToken ? ', and this token’s owner has not, or may not read it' : ''}.`,
      `Accept them at ${new URL(repo, endpoint).href}${hasToken ? ', or use another token' : ', and give an access token that may read it'}.`,
    )
  if (code === 'RevisionNotFound') return fault(`${repo} has no revision “${revision ?? 'main'}”.`, 'Name a branch, a tag or a commit of it; main is the usual one.')
  if (code === 'EntryNotFound') return fault(`${repo} no longer has this file at ${revision ?? 'main'}.`, 'Choose another revision of it.')
  if (/invalid credentials|token.*(expired|invalid)/i.test(detail)) return fault(`${host} does not know this access token.`, 'Copy it again, or make a new one.')
  if (code === 'RepoNotFound' || response.status === 401 || response.status === 404)
    return hasToken
      ? fault(`${host} has no model ${repo} that this token may read.`, 'Check the name, and what the token may read.')
      : fault(`${host} has no public model ${repo}.`, 'Check the name; for a private or gated model give an access token.')
  return fault(`${host} refused ${repo} (it answered ${response.status}).`, hasToken ? 'Check what the token may read, and try again.' : 'Open its page to see why; some models need an access token.')
}

/** Why the place asks to be tried again later; undefined where it gave an answer. */
export function busyReason(url: string, { status }: Response): string | undefined {
  const { host } = new URL(url)
  if (status === 429) return `${host} asks for a pause: there were too many requests.`
  return status >= 500 && status !== 501 ? `${host} is not available (it answered ${status}).` : undefined
}

export const unreachable = (url: string): string => `${new URL(url).host} cannot be reached.`
