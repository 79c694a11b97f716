import { describe, expect, it } from 'vitest'
import { labelsOf } from './labels.ts'
import type { Row } from './row.ts'

const rows = (...labels: string[]): Row[] => labels.map((completion, i) => ({ line: i + 1, kind: 'completion', prompt: `text ${i}`, completion }))

describe('labels of rows', () => {
  it('are the same whatever the order of rows, spaces aside', () => {
    expect(labelsOf(rows('b', ' a', 'c ', 'a'), 'x')).toEqual(['a', 'b', 'c'])
    expect(labelsOf(rows('a', 'c', 'b'), 'x')).toEqual(['a', 'b', 'c'])
  })
  it('are numbers in the order of numbers', () => expect(labelsOf(rows('10', '9', '-1'), 'x')).toEqual(['-1', '9', '10']))
  it.each([
    ['no labels', [{ line: 1, kind: 'text', text: 'only text' }] as Row[], 'no row has a text and a label'],
    ['one label', rows('a', 'a'), 'the only label is "a"'],
    ['answers', rows('a', 'b'.repeat(200)), 'is longer than 100 characters'],
    ['too many', rows(...Array.from({ length: 1001 }, (_, i) => `l${i}`)), '1001 different labels'],
  ])('are refused: %s', (_, given, reason) => expect(() => labelsOf(given, 'file.csv')).toThrow(reason))
})
