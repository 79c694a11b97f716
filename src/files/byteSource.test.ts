import { expect, test } from 'vitest'
import { sha256 } from '../lib/sha256.ts'
import { Fault } from '../protocol/failure.ts'
import { blobSource, bytesSource, CHUNK_BYTES, hashSource, rangeSource } from './byteSource.ts'

const bytes = Uint8Array.from({ length: CHUNK_BYTES + 10 }, (_, i) => i * 7)

test.each([
  ['bytes', bytesSource(bytes, 'x')],
  ['blob', blobSource(new Blob([bytes]), 'x')],
])('%s: ranges, chunks and hash agree with the bytes', async (_, source) => {
  expect(source.size).toBe(bytes.length)
  expect(await source.read(3, 9)).toEqual(bytes.slice(3, 9))
  const sizes: number[] = []
  for await (const chunk of source.stream(5)) sizes.push(chunk.length)
  expect(sizes).toEqual([CHUNK_BYTES, 5])
  expect(await hashSource(source)).toBe(sha256(bytes))
})

test('a range outside the file, a failed read and a shrunken file are told in a sentence', async () => {
  await expect(bytesSource(bytes, 'x').read(0, bytes.length + 1)).rejects.toThrow(Fault)
  await expect(rangeSource('x', 9, () => Promise.reject(new Error('gone'))).read(0, 9)).rejects.toMatchObject({ message: 'x could not be read.', detail: 'gone' })
  await expect(rangeSource('x', 9, () => Promise.resolve(new Uint8Array(3))).read(0, 9)).rejects.toThrow('gave 3 bytes')
})
