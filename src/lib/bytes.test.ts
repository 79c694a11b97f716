import { expect, test } from 'vitest'
import { compareUtf8, concat, fromUtf8, hex, utf8 } from './bytes.ts'

test('hex, concat and UTF-8', () => {
  expect(hex(Uint8Array.of(0, 15, 255))).toBe('000fff')
  expect([...concat([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)])]).toEqual([1, 2, 3])
  expect(fromUtf8(utf8('naïve 🙂'))).toBe('naïve 🙂')
  expect(() => fromUtf8(Uint8Array.of(0xff))).toThrow(TypeError)
})

test('texts order by code point, unlike the operator', () => {
  expect(compareUtf8('a', 'b')).toBeLessThan(0)
  expect(compareUtf8('a', 'ab')).toBeLessThan(0)
  expect(compareUtf8('\uffee', '🙂')).toBeLessThan(0)
  expect(['🙂', '\uffee'].sort()).toEqual(['🙂', '\uffee'])
})
