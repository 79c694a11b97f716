// Parquet files of every codec people meet, read whole, cut short and damaged.
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../files/byteSource.ts'
import { Fault } from '../protocol/failure.ts'
import { openDataset } from './dataset.ts'
import { parquetFiles } from './testParquet.ts'

const open = (bytes: Uint8Array<ArrayBuffer>) => openDataset(bytesSource(bytes, 'x.parquet'))

describe('Parquet', () => {
  test.each(['snappy', 'gzip', 'zstd', 'plain'] as const)('%s pages, two row groups, label names from the metadata', async (codec) => {
    const dataset = await open(parquetFiles[codec])
    expect(dataset.format).toBe('Parquet, texts with labels')
    expect(dataset.rows.map((r) => r.kind === 'completion' && [r.line, r.prompt, r.completion])).toEqual([
      [1, 'Good phone.\n', 'pos'],
      [2, 'Bad "screen"\n', 'neg'],
      [3, 'Fine, really\n', 'pos'],
      [4, 'é ü 漢字\n', 'neg'],
      [5, 'Good phone.\n', 'pos'],
      [6, '\n', 'neg'],
    ])
  })
  test('a list of structs is a conversation', async () => {
    const dataset = await open(parquetFiles.nested)
    expect(dataset.format).toBe('Parquet, conversations')
    expect(dataset.rows.at(1)).toEqual({ line: 2, kind: 'chat', messages: [{ role: 'user', content: 'Why?' }, { role: 'assistant', content: 'So.' }] })
  })
  test('cut anywhere it is refused in a sentence', async () => {
    for (let length = 4; length < parquetFiles.snappy.length; length += 7) {
      const error = await open(parquetFiles.snappy.slice(0, length)).catch((e: unknown) => e)
      expect(error, String(length)).toBeInstanceOf(Fault)
      expect((error as Fault).message).toContain('x.parquet is not a Parquet file that can be read')
    }
  })
  test('a page that claims to hold far more than it can is refused', async () => {
    const bytes = parquetFiles.gzip.slice()
    // The first page's header starts after the magic: type, then its size when expanded, a varint.
    bytes.set([0x15, 0x06, 0x15, 0xff, 0xff, 0xff, 0xff, 0x0f], 4)
    await expect(open(bytes)).rejects.toBeInstanceOf(Fault)
  })
})
