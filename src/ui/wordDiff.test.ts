import { describe, expect, it } from 'vitest'
import { bits } from '../lib/rng.ts'
import { wordDiff, type DiffPiece } from './wordDiff.ts'

const shown = (pieces: readonly DiffPiece[]): string => pieces.map(({ text, kind }) => (kind === 'same' ? text : `[${text}]`)).join('')
const diff = (a: string, b: string): [string, string] => {
  const { first, second } = wordDiff(a, b)
  return [shown(first), shown(second)]
}

describe('word diff', () => {
  it.each([
    ['the cat sat', 'the cat sat', 'the cat sat', 'the cat sat'],
    ['the cat sat', 'the dog sat', 'the[ cat] sat', 'the[ dog] sat'],
    ['one two', 'zero one two three', 'one two', '[zero] one two[ three]'],
    ['a b c d', 'a x c y d', 'a[ b] c d', 'a[ x] c[ y] d'],
    ['', 'new words', '', '[new words]'],
    ['gone\nall', '', '[gone\nall]', ''],
    ['two  words', 'two words', 'two  words', 'two words'],
  ])('%j to %j', (a, b, first, second) => expect(diff(a, b)).toEqual([first, second]))

  it('keeps both texts whole and shares as many words as the longest common subsequence has', () => {
    for (let t = 0; t < 30; t++) {
      const text = (stream: number): string[] => Array.from({ length: 3 + (bits(t, stream, 99) % 12) }, (_, i) => 'abcd'[bits(t, stream, i) % 4])
      const [a, b] = [text(1), text(2)]
      const { first, second, shared } = wordDiff(a.join(' '), b.join(' '))
      expect(first.map((p) => p.text).join('')).toBe(a.join(' '))
      expect(second.map((p) => p.text).join('')).toBe(b.join(' '))
      const lcs = (i: number, j: number): number => (i === a.length || j === b.length ? 0 : a[i] === b[j] ? 1 + lcs(i + 1, j + 1) : Math.max(lcs(i + 1, j), lcs(i, j + 1)))
      expect(shared).toBe(lcs(0, 0))
    }
  })

  it('gives up on the middle of very long texts, at once', () => {
    const long = (word: string): string => `same ${Array.from({ length: 5000 }, (_, i) => `${word}${i}`).join(' ')} end`
    const { shared, first } = wordDiff(long('a'), long('b'))
    expect([shared, first.length]).toEqual([2, 3])
  })
})
