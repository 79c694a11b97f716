// The licence of a model as the front matter of its README.md names it. Only three scalar entries are read, and nothing else of
// YAML: a card is somebody else's text.
import type { ByteSource } from './byteSource.ts'
import type { Licence } from './cardText.ts'

/** Front matter is looked for in so many bytes. */
const HEAD = 64 * 1024
const LONGEST = 200

export async function licenceOf(readme: ByteSource | undefined): Promise<Licence | undefined> {
  if (!readme) return undefined
  return readLicence(new TextDecoder().decode(await readme.read(0, Math.min(readme.size, HEAD))))
}

export function readLicence(card: string): Licence | undefined {
  const front = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---/.exec(card)?.[1]
  if (front === undefined) return undefined
  const entry = (key: string): string | undefined => {
    // A list of licences has its entries on lines of their own; the first stands for them.
    const found = new RegExp(`^${key}:[ \\t]*(?:\\r?\\n-[ \\t]+|\\[[ \\t]*)?(.*)$`, 'm').exec(front)?.[1]
    const plain = found?.replace(/[ \t]+#.*$/, '').replace(/[,\]].*$/, '').trim().replace(/^(["'])(.*)\1$/, '$2')
    return plain && plain.length <= LONGEST ? plain : undefined
  }
  const id = entry('license')
  if (id === undefined || !/^[\w.+-]+$/.test(id)) return undefined
  const [name, link] = [entry('license_name'), entry('license_link')]
  return { id, ...(name !== undefined && { name }), ...(link !== undefined && { link }) }
}
