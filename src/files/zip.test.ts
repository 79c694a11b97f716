import { strToU8, zipSync } from 'fflate'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { utf8 } from '../lib/bytes.ts'
import { Fault } from '../protocol/failure.ts'
import { bytesSource } from './byteSource.ts'
import { openZip, streamedBytes, unzip, zipStream } from './zip.ts'

const zipOf = (files: ReadonlyMap<string, Uint8Array>): Promise<Blob> => zipStream(new Map([...files].map(([path, bytes]) => [path, streamedBytes(bytes)])))

const files = new Map([
  ['b/adapter_config.json', utf8('{}')],
  ['README.md', utf8('# naïve')],
])
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer())

test('files survive, and equal files give equal bytes in any order', async () => {
  const zip = await bytesOf(await zipOf(files))
  expect(await unzip(zip)).toEqual(new Map([...files].reverse()))
  expect(await bytesOf(await zipOf(new Map([...files].reverse())))).toEqual(zip)
  expect((await unzip(new Blob([zip]))).size).toBe(2)
})

test.each(['../x', '/x', 'a/../../x', 'C:\\x', 'a\\..\\x', 'a\0b'])('the name %j is refused', async (name) => {
  await expect(unzip(zipSync({ [name]: utf8('x') }))).rejects.toThrow("leaves the archive's folder")
})

test('bombs are refused before they are inflated', async () => {
  await expect(unzip(zipSync({ zeros: new Uint8Array(4_000_000) }))).rejects.toThrow('inflates more than')
  const many = Object.fromEntries(Array.from({ length: 4097 }, (_, i) => [`f${i}`, new Uint8Array(0)]))
  await expect(unzip(zipSync(many))).rejects.toThrow('more than 4096 files')
})

test('damaged archives fail with a Fault', async () => {
  const zip = await bytesOf(await zipOf(files))
  await fc.assert(
    fc.asyncProperty(fc.nat(zip.length - 1), fc.nat(255), fc.nat(zip.length), async (at, value, cut) => {
      const bytes = zip.slice(0, cut)
      bytes[at] = value
      await unzip(bytes).catch((e: unknown) => expect(e).toBeInstanceOf(Fault))
    }),
    { numRuns: 300 },
  )
})

test('a file is read alone, in pieces, packed or not', async () => {
  const text = strToU8(Array.from({ length: 40_000 }, (_, i) => `line ${i * 7919}`).join('\n'))
  const entries = await openZip(bytesSource(zipSync({ 'a/long.txt': text, 'b/': new Uint8Array(), stored: [text, { level: 0 }] }), 'x'))
  expect(entries.map(({ name, size }) => [name, size])).toEqual([['a/long.txt', text.length], ['stored', text.length]])
  for (const { stream } of entries) {
    let at = 0
    for await (const chunk of stream()) {
      expect(Buffer.compare(chunk, text.subarray(at, at + chunk.length))).toBe(0)
      at += chunk.length
    }
    expect(at).toBe(text.length)
  }
})

/** A changed copy; `at` counts from the entry's record in the directory. */
function changed(zip: Uint8Array, at: number, value: number, record = 0): Uint8Array {
  const copy = zip.slice()
  const view = new DataView(copy.buffer)
  const found: number[] = []
  for (let i = 0; i + 4 <= copy.length; i++) if (view.getUint32(i, true) === 0x02014b50) found.push(i)
  view.setUint32(found[record]! + at, value, true)
  return copy
}

test('what was not packed so is refused: a wrong sum, a wrong size, files that lie in one another, a password, the same name twice', async () => {
  const zip = zipSync({ one: [strToU8('the first file'), { level: 0 }], two: strToU8('the second file'.repeat(9)) })
  const offset = new DataView(zip.buffer).getUint32(zip.length - 6, true)
  await expect(unzip(changed(zip, 16, 1))).rejects.toThrow('"one" is not what was packed')
  await expect(unzip(changed(zip, 16, 1, 1))).rejects.toThrow('"two" is not what was packed')
  await expect(unzip(changed(zip, 24, 4000, 1))).rejects.toThrow('"two" is not what was packed')
  await expect(unzip(changed(zip, 24, 9, 1))).rejects.toThrow('"two" is not what was packed')
  await expect(unzip(changed(zip, 42, 0, 1))).rejects.toThrow('lie in one another')
  await expect(unzip(changed(zip, 42, offset - 40, 1))).rejects.toThrow('lie in one another')
  await expect(unzip(changed(zip, 8, 1, 1))).rejects.toThrow('locked by a password')
  await expect(unzip(changed(zip, 10, 14, 1))).rejects.toThrow('packed in a way (14)')
  const alike = zipSync({ ones: strToU8('x'), twos: strToU8('y') })
  await expect(unzip(changed(alike, 46, new DataView(utf8('ones').buffer).getUint32(0, true), 1))).rejects.toThrow('two files "ones"')
})

test('an archive of 64-bit fields is read', async () => {
  const zip = zipSync({ large: [strToU8('as if it were large'), { level: 0 }] })
  const start = new DataView(zip.buffer).getUint32(zip.length - 6, true)
  const size = new DataView(zip.buffer).getUint32(start + 24, true)
  const record = new Uint8Array([...zip.subarray(start, start + 46 + 5), 1, 0, 24, 0, ...long(size), ...long(size), ...long(0)])
  const view = new DataView(record.buffer)
  for (const field of [20, 24, 42]) view.setUint32(field, 0xffffffff, true)
  view.setUint16(30, 28, true)
  const directory = start + record.length
  const end64 = [0x50, 0x4b, 6, 6, ...long(44), 45, 0, 45, 0, ...Array<number>(8).fill(0), ...long(1), ...long(1), ...long(record.length), ...long(start)]
  const locator = [0x50, 0x4b, 6, 7, 0, 0, 0, 0, ...long(directory), 1, 0, 0, 0]
  const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, ...Array<number>(12).fill(0xff), 0, 0]
  const found = await unzip(new Uint8Array([...zip.subarray(0, start), ...record, ...end64, ...locator, ...end]))
  expect([...found].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])).toEqual([['large', 'as if it were large']])
})
const long = (n: number): number[] => [...new Uint8Array(BigUint64Array.of(BigInt(n)).buffer)]
