// Bytes of a text file as text. The encoding follows from a byte order mark, else from zero bytes (UTF-16), else it is
// UTF-8 if the file is valid UTF-8 but for a few broken bytes, and Windows-1252 (the Latin-1 that files really hold) if not.
import type { ByteSource } from '../files/byteSource.ts'
import { Fault } from '../protocol/failure.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** Of a line, in characters; only what is no text has longer ones. */
const MAX_LINE = 32 * 1024 * 1024
/** What a whole text may hold in memory; line-based formats have no such limit. */
const MAX_WHOLE = 256 * 1024 * 1024

async function encodingOf(source: ByteSource): Promise<Encoding> {
  const head = await source.read(0, Math.min(source.size, 4096))
  const [a, b] = head
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  const zeros = [0, 0]
  head.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1
  })
  // Mostly Latin text in UTF-16 has a zero in every second byte, and in none of the others.
  const [even = 0, odd = 0] = zeros
  if (odd > head.length / 8 && even === 0) return 'utf-16le'
  if (even > head.length / 8 && odd === 0) return 'utf-16be'
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of source.stream()) decoder.decode(chunk, { stream: true })
    decoder.decode()
    return 'utf-8'
  } catch (error) {
    if (error instanceof Fault) throw error
    return (await isMostlyUtf8(source)) ? 'utf-8' : 'windows-1252'
  }
}

/** Many characters beyond ASCII that are whole, and few that are not: one broken row must not garble all others. */
async function isMostlyUtf8(source: ByteSource): Promise<boolean> {
  let whole = 0
  let broken = 0
  for await (const chunk of source.stream())
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]
      if (byte < 0x80) continue
      const more = byte >= 0xf0 && byte <= 0xf4 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : 0
      let n = 0
      while (n < more && ((chunk[i + n + 1] ?? 0) & 0xc0) === 0x80) n++
      if (more > 0 && n === more && byte <= 0xf4) whole++
      else broken++
      i += n
    }
  return whole > 4 * broken
}

/** The text in pieces, without its byte order mark. */
export async function* decodeText(source: ByteSource): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder(await encodingOf(source))
  for await (const chunk of source.stream()) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

export async function readText(source: ByteSource): Promise<string> {
  if (source.size > MAX_WHOLE)
    throw new Fault(
      'bad-data',
      `${source.name} has ${Math.round(source.size / 1e6)} MB, and at most ${Math.round(MAX_WHOLE / 1e6)} MB of this format fit.`,
      'Save it as JSON Lines, which is read line by line, or split it.',
    )
  let text = ''
  for await (const piece of decodeText(source)) text += piece
  return text
}

/** Lines without their ends (LF, CRLF or CR), counted from 1; a final line end makes no empty last line. */
export async function* readLines(source: ByteSource): AsyncGenerator<{ line: number; text: string }, void, undefined> {
  let rest = ''
  let line = 0
  for await (const piece of decodeText(source)) {
    const parts = (rest + piece).split(/\r\n|\n|\r(?!$)/)
    // A CR at the very end may be half of a CRLF: it stays for the next piece.
    rest = parts.pop() ?? ''
    for (const text of parts) yield { line: ++line, text }
    if (rest.length > MAX_LINE) throw new Fault('bad-data', `Line ${line + 1} of ${source.name} has more than ${Math.round(MAX_LINE / 1e6)} million characters.`, 'Break it into several lines, or save the rows as JSON.')
  }
  if (rest !== '') yield { line: ++line, text: rest.replace(/\r$/, '') }
}
