// Archives of data: what is in them, which part is which, and what is refused.
import { gzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../files/byteSource.ts'
import { sha256 } from '../lib/sha256.ts'
import { utf8 } from '../lib/bytes.ts'
import { openDataset } from './dataset.ts'
import { openParts } from './openParts.ts'
import { partOf } from './unpack.ts'

const rows = (name: string, count: number) => utf8(Array.from({ length: count }, (_, i) => JSON.stringify({ prompt: `${name} ${i}?`, completion: `${i}` })).join('\n'))
const packed = (bytes: Uint8Array, name: string) => bytesSource(bytes.slice(), name)
const zip = (files: Record<string, Uint8Array>) => packed(zipSync(files), 'pack.zip')

describe('archives', () => {
  test('a gz is the file in it, under its own name', async () => {
    const bytes = gzipSync(rows('a', 30))
    const dataset = await openDataset(packed(bytes, 'a.jsonl.gz'))
    expect([dataset.name, dataset.format, dataset.rows.length, dataset.bytes, dataset.sha256]).toEqual(['a.jsonl.gz', 'JSON Lines, prompt/completion pairs', 30, bytes.length, sha256(bytes)])
  })
  test('a gz of two members is read to its end', async () => {
    const two = new Uint8Array([...gzipSync(rows('a', 3)), ...gzipSync(utf8('\n')), ...gzipSync(rows('b', 4))])
    expect((await openDataset(packed(two, 'a.jsonl.gz'))).rows.length).toBe(7)
  })
  test('a zip brings its parts, and what lies beside them is passed over', async () => {
    const { dataset, test: asked } = await openParts({
      train: zip({ 'd/train.jsonl': rows('a', 5), 'd/valid.jsonl': rows('b', 2), 'd/test.jsonl.gz': gzipSync(rows('c', 3)), 'd/README.md': utf8('# Read me'), '__MACOSX/d/._train.jsonl': utf8('x'), 'd/logo.png': utf8('\x89PNG') }),
    })
    expect([dataset.name, dataset.rows.length, dataset.validation?.length, dataset.asked?.length, asked?.name]).toEqual(['pack.zip', 5, 2, 3, 'd/test.jsonl'])
  })
  test('several training files are one dataset', async () => {
    expect((await openDataset(zip({ 'a.jsonl': rows('a', 2), 'b.csv': utf8('prompt,completion\nx,y\n') }))).rows.length).toBe(3)
  })
  test.each([
    ['no data in it', zip({ 'a.png': utf8('x') }), 'pack.zip holds no data file; it holds a.png'],
    ['an Excel workbook', zip({ '[Content_Types].xml': utf8('<x/>'), 'xl/a.xml': utf8('<x/>') }), 'is an Office document'],
    ['a cut gz', packed(gzipSync(rows('a', 500)).slice(0, 300), 'a.jsonl.gz'), 'not a gzip archive that can be read'],
    ['a zip that expands too far', zip({ 'a.txt': new Uint8Array(1 << 20) }), 'inflates more than 200 times'],
    ['a gz that expands too far', packed(gzipSync(new Uint8Array(1 << 24)), 'a.txt.gz'), 'it expands more than 200 times'],
    ['a gz of a program', packed(gzipSync(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 1, 9, 9])), 'a.gz'), 'is a binary file'],
  ])('%s is refused in a sentence', async (_, source, message) => await expect(openDataset(source)).rejects.toThrow(message))
  test.each([
    ['data/test.jsonl', 'test'],
    ['test-00000-of-00001.parquet', 'test'],
    ['my_eval.csv', 'test'],
    ['validation-0.parquet', 'validation'],
    ['dev.tsv', 'validation'],
    ['x.valid.jsonl.gz', 'validation'],
    ['train.jsonl', 'train'],
    ['contest.csv', 'train'],
    ['devices.csv', 'train'],
  ] as const)('%s holds %s rows', (name, part) => expect(partOf(name)).toBe(part))
})
