import { zipSync } from 'fflate'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { utf8 } from '../lib/bytes.ts'
import { Fault } from '../protocol/failure.ts'
import { streamedBytes, unzip, zipStream } from './zip.ts'

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
