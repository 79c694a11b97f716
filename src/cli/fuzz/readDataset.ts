// What all targets of datasets do: open the file, and hold every row against what the rest of the studio expects of rows.
import { openDataset } from '../../data/dataset.ts'
import type { Row } from '../../data/row.ts'
import { bytesSource } from '../../files/byteSource.ts'

export async function readDataset(bytes: Uint8Array, name: string): Promise<unknown> {
  const { rows, problemCount, format } = await openDataset(bytesSource(bytes, name), { mayBeUnmapped: true })
  let characters = 0
  for (const row of rows) {
    if (!isRow(row)) throw new Error(`This is no row: ${JSON.stringify(row).slice(0, 300)}`)
    characters += JSON.stringify(row).length
  }
  return [format, rows.length, problemCount, characters]
}

function isRow(row: Row): boolean {
  if (row.line < 1) return false
  if (row.kind === 'text') return row.text.trim() !== ''
  if (row.kind === 'completion') return row.completion.trim() !== ''
  if (row.kind === 'words') return row.words.length > 0 && row.words.length === row.labels.length
  return row.messages.some((m) => m.role === 'assistant') && row.messages.every((m) => typeof m.content === 'string')
}
