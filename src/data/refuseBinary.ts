// The head of a file as text, unless it is one of the binary files people drop by mistake: those get a sentence with
// the name of what they are. An encoding is guessed only well enough to recognise a format.
import { Fault } from '../protocol/failure.ts'

const MAGIC: readonly (readonly [bytes: string, what: string, todo: string])[] = [
  ['%PDF', 'a PDF', 'Save its text as a .txt file.'],
  ['ARROW1', 'an Arrow table', 'Save it as CSV or JSON Lines.'],
  ['SQLite format 3', 'an SQLite database', 'Export the table as CSV.'],
  ['\u00d0\u00cf\u0011\u00e0', 'an old Office document', 'Save the sheet as CSV.'],
  ['BZh91AY&SY', 'a bzip2 archive', 'Unpack it, or pack it as zip or gz.'],
  ['\u00fd7zXZ', 'an xz archive', 'Unpack it, or pack it as zip or gz.'],
  ['(\u00b5/\u00fd', 'a Zstandard archive', 'Unpack it, or pack it as zip or gz.'],
  ["7z\u00bc\u00af'\u001c", 'a 7z archive', 'Unpack it, or pack it as zip or gz.'],
  ['\u0089PNG', 'a picture', 'Choose a file with text in it.'],
  ['\u00ff\u00d8\u00ff', 'a picture', 'Choose a file with text in it.'],
]

export function refuseBinary(head: Uint8Array, name: string): string {
  const latin = String.fromCharCode(...head.subarray(0, 16))
  const known = MAGIC.find(([bytes]) => latin.startsWith(bytes))
  if (known) throw new Fault('bad-data', `${name} is ${known[1]}, which is not read.`, known[2])
  const [a, b] = head
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(head)
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(head)
  const zeros = head.reduce((n, byte) => n + (byte === 0 ? 1 : 0), 0)
  if (zeros === 0) return new TextDecoder().decode(head)
  const even = head.reduce((n, byte, i) => n + (byte === 0 && i % 2 === 0 ? 1 : 0), 0)
  if (zeros > head.length / 8 && even === 0) return new TextDecoder('utf-16le').decode(head)
  if (zeros > head.length / 8 && even === zeros) return new TextDecoder('utf-16be').decode(head)
  throw new Fault(
    'bad-data',
    `${name} is a binary file, where text was expected.`,
    'Choose a JSON Lines, JSON, CSV, Parquet or text file.',
  )
}
