// The contract of a dataset's file format, and the registry that finds all of them: one file each in formats/, named
// by its id. A format turns a file into rows of named values; what the names mean is recognise.ts's business.
import type { ByteSource } from '../files/byteSource.ts'
import { Fault } from '../protocol/failure.ts'
import type { ProblemKind } from '../protocol/dataRecipe.ts'
import { refuseBinary } from './refuseBinary.ts'

export type RawRow =
  | { readonly line: number; readonly value: Readonly<Record<string, unknown>> }
  | { readonly line: number; readonly problem: string; readonly cause?: ProblemKind }

/** How a person asked for a file to be read; unsaid: as its content suggests. */
export interface ReadOptions {
  /** Whether a table's first row names its columns. */
  readonly header?: boolean
  /** `plain`: quotes are characters like any other. */
  readonly quotes?: 'plain'
}

export interface Format {
  readonly id: string
  /** For people: "JSON Lines". */
  readonly label: string
  /** The characters that every file of a binary format begins with; such a format matches by nothing else. */
  readonly magic?: string
  /** How sure the format is of a file from its first bytes and its name: 0 is no, 1 is certain. */
  match(head: string, name: string): number
  rows(source: ByteSource, options?: ReadOptions): AsyncIterable<RawRow>
}

const HEAD_BYTES = 64 * 1024

const modules = import.meta.glob<{ default: Format }>(['./formats/*.ts', '!./formats/*.test.ts'], { eager: true })
export const formats: ReadonlyMap<string, Format> = register(Object.entries(modules).map(([path, m]) => [path, m.default]))

/** Formats by id; two of one id, or one whose file has another name, are a programming error. */
export function register(found: readonly (readonly [path: string, format: Format])[]): Map<string, Format> {
  const byId = new Map<string, Format>()
  for (const [path, format] of found) {
    if (byId.has(format.id)) throw new Error(`${path} declares the format ${format.id}, which exists already.`)
    if (!path.endsWith(`/${format.id}.ts`))
      throw new Error(`${path} declares the format ${format.id}; the file must be named after it.`)
    byId.set(format.id, format)
  }
  return byId
}

/** The surest format for a file, by content first. */
export async function sniffFormat(source: ByteSource): Promise<Format> {
  if (source.size === 0) throw new Fault('bad-data', `${source.name} is empty.`, 'Choose a file with rows in it.')
  const bytes = await source.read(0, Math.min(source.size, HEAD_BYTES))
  const latin = String.fromCharCode(...bytes.subarray(0, 16))
  const binary = [...formats.values()].find(({ magic }) => magic !== undefined && latin.startsWith(magic))
  if (binary) return binary
  const head = refuseBinary(bytes, source.name)
  if (head.trim() === '')
    throw new Fault('bad-data', `${source.name} holds nothing but white space.`, 'Choose a file with rows in it.')
  const scored = [...formats.values()].map((format) => ({ format, score: format.match(head, source.name) }))
  const best = scored.sort((a, b) => b.score - a.score)[0]
  if (best && best.score > 0) return best.format
  const labels = [...formats.values()].map((f) => f.label).join(', ')
  throw new Fault('bad-data', `${source.name} is in none of the known formats: ${labels}.`, 'Save the rows as JSON Lines or CSV.')
}
