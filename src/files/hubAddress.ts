// What a person types or pastes to name a model of the Hugging Face Hub, read: `org/name`, `org/name@revision`, the address of its
// page, or one GGUF file of it as `org/name/file.gguf` or by the file's page. Asks nobody; whether the model exists, the Hub says.
import { Fault } from '../protocol/failure.ts'

export interface HubAddress {
  /** `org/name`, or the bare name of one of the oldest models. */
  readonly repo: string
  /** A branch, tag or commit; absent: the Hub's default branch. */
  readonly revision?: string
  /** The path of one GGUF file in it. */
  readonly file?: string
}

const HINT = 'Give it as organisation/name, with @revision after it if you like, or paste the address of its page.'
const wrong = (message: string): Fault => new Fault('bad-model', message, HINT)

/** One part of a repository's name, by the Hub's rules. */
const NAME = /^(?![-.])(?!.*(--|\.\.))[\w.-]{1,96}(?<![-.])$/
/** One part of a file's path. */
const FILE = /^(?!\.{1,2}$)[\w.+ -]{1,200}$/
/** What git allows in the name of a branch, as far as it is harmless in an address. */
const REVISION = /^(?!\/)(?!.*(\.\.|\/\/))[^\s~^:?*[\\]{1,200}$/

/** @param endpoint address of the Hub, whose pages may be pasted; those of huggingface.co and hf.co always may */
export function readHubAddress(text: string, endpoint: string): HubAddress {
  const given = text.trim()
  if (given === '') throw wrong('No model is named.')
  if (/\s/.test(given)) throw wrong(`“${given}” has spaces in it, and the name of a model has none.`)
  const hosts = ['huggingface.co', 'www.huggingface.co', 'hf.co', new URL(endpoint).host]
  const bare = hosts.find((host) => given.startsWith(`${host}/`))
  const address = /^[a-z]+:\/\//i.test(given) ? given : bare === undefined ? undefined : `https://${given}`
  return address === undefined ? readId(given) : readPage(address, hosts)
}

function readId(given: string): HubAddress {
  const at = given.indexOf('@')
  const [org, name, ...path] = (at < 0 ? given : given.slice(0, at)).split('/')
  const revision = at < 0 ? undefined : given.slice(at + 1)
  const file = fileOf(path)
  return file === undefined ? checked([org, name, ...path].filter((part) => part !== undefined), revision) : { ...checked([org, name], revision), file }
}

function readPage(address: string, hosts: readonly string[]): HubAddress {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || !hosts.includes(url.host)) throw wrong(`“${address}” is no page of ${hosts.at(-1)}.`)
  const parts = decoded(url.pathname, address)
  const kind = parts[0] ?? ''
  if (['datasets', 'spaces', 'collections', 'papers', 'docs', 'models'].includes(kind)) throw wrong(`“${address}” is a page of ${kind} and not of one model.`)
  const seam = parts.findIndex((part, i) => i > 0 && ['tree', 'blob', 'resolve', 'commit', 'raw'].includes(part))
  if (seam < 0) return checked(parts)
  const [page, ...rest] = parts.slice(seam)
  // Pull requests lie under refs/pr/1; every other revision is one part of the address.
  const length = rest[0] === 'refs' ? 3 : 1
  if (page === 'tree' && rest.length > length) throw wrong(`“${address}” is a folder inside a model, and models are opened whole.`)
  const file = fileOf(rest.slice(length))
  return { ...checked(parts.slice(0, seam), rest.length === 0 ? undefined : rest.slice(0, length).join('/')), ...(file !== undefined && { file }) }
}

/** A path that names a GGUF file; every other file belongs to a model that is opened whole. */
const fileOf = (path: readonly string[]): string | undefined => (path.length > 0 && path.every((part) => FILE.test(part)) && /\.gguf$/i.test(path.at(-1)!) ? path.join('/') : undefined)

function decoded(path: string, address: string): string[] {
  try {
    return path.split('/').filter((part) => part !== '').map(decodeURIComponent)
  } catch {
    throw wrong(`“${address}” is no readable address.`)
  }
}

function checked(name: readonly string[], revision?: string): HubAddress {
  const repo = name.join('/')
  if (name.length < 1 || name.length > 2 || !name.every((part) => NAME.test(part)) || repo.endsWith('.git')) throw wrong(`“${repo}” is not the name of a model.`)
  if (revision !== undefined && !REVISION.test(revision)) throw wrong(`“${revision}” is not the name of a revision.`)
  return { repo, ...(revision !== undefined && { revision }) }
}
