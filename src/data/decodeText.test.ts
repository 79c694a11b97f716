import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesSource, type ByteSource } from '../files/byteSource.ts'
import { utf8 } from '../lib/bytes.ts'
import { readLines, readText } from './decodeText.ts'

/** A source whose stream comes in chunks of the given size. */
const chunked = (bytes: Uint8Array, size: number): ByteSource => ({
  ...bytesSource(bytes, 'x'),
  async *stream() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
  },
})

test('lines are the same however the bytes are cut', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '🙂', '\n', '\r', '\r\n', ' '), maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), async (content, size) => {
      const source = chunked(utf8(content), size)
      expect(await readText(source)).toBe(content)
      const expected = content.split(/\r\n|\n|\r/)
      if (expected.at(-1) === '') expected.pop()
      const lines: string[] = []
      for await (const { line, text: found } of readLines(source)) {
        lines.push(found)
        expect(line).toBe(lines.length)
      }
      expect(lines).toEqual(expected)
    }),
  )
})

test('a broken byte among whole characters leaves the others as they are; Latin-1 stays Latin-1', async () => {
  const rows = utf8('süß\n'.repeat(20))
  expect(await readText(bytesSource(Uint8Array.of(...rows, 0xe9, 10), 'x'))).toBe(`${'süß\n'.repeat(20)}\ufffd\n`)
  const latin = 'süß, naïve café\n'.repeat(20)
  expect(await readText(bytesSource(Uint8Array.from(latin, (c) => c.charCodeAt(0)), 'x'))).toBe(latin)
})
