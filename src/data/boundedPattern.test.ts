// Bounded patterns against the built-in engine: the same matches wherever that one comes to an end, and an end where it does not.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundedPatterns, patienceFor } from './boundedPattern.ts'

const over = (text: string) => boundedPatterns({ left: patienceFor(text.length) })
const found = (pattern: RegExp, text: string): unknown => [...text.matchAll(pattern)].map((m) => [m.index, m[0]])

const KNOWN = [
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  String.raw`[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?:'s|'t)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`(?:(?<![\s\S])|(?<=\n))#+ `,
  String.raw` {2,}`,
  String.raw`\p{Nd}{3}(?=(?:\p{Nd}{3})*\b)`,
]
const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'A', ' ', '  ', '\n', '\r\n', '1', '23', "'s", '.', '#', 'é', '漢', '🙂', '\ud800', '\udc00'), maxLength: 30 })
const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\s', '\\S', '\\p{L}', '\\p{N}', '🙂', '[🙂a]', '\\u{1f642}', ' ', '\\n', '\\.', '[\\s\\S]', '\\x61')
const quantifier = fc.constantFrom('', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{0,2}', '{1,}', '{1,2}?')
const pattern = fc.letrec<{ any: string }>((tie) => {
  const group = fc.tuple(fc.constantFrom('(?:', '('), tie('any'), quantifier).map(([open, inner, q]) => `${open}${inner})${q}`)
  const plain = fc.array(fc.tuple(atom, quantifier).map(([a, q]) => a + q), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''))
  const look = fc.tuple(fc.constantFrom('(?=', '(?!', '(?<=', '(?<!'), fc.oneof(plain, fc.tuple(plain, plain).map((two) => two.join('|')))).map(([open, inner]) => `${open}${inner})`)
  const part = fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.tuple(atom, quantifier).map(([a, q]) => a + q), fc.constantFrom('^', '$', '\\b', '\\B'), group, look)
  return { any: fc.array(fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')) }
}).any

describe('bounded patterns', () => {
  test.each(KNOWN)('%s finds what it finds', (source) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(found(new (over(text))(source, 'gu'), text)).toEqual(found(new RegExp(source, 'gu'), text))
      }),
      { numRuns: 300, seed: 1 },
    )
  })
  test('any pattern finds the same as the built-in engine', () => {
    fc.assert(
      fc.property(pattern, texts, (source, whole) => {
        const text = whole.slice(0, 12)
        const bounded = new (boundedPatterns({ left: 20_000 }))(source, 'gu')
        let matches: unknown
        try {
          matches = found(bounded, text)
        } catch (error) {
          // Some of these are what the bound is for.
          expect(String(error)).toContain('takes too long')
          return
        }
        const expected = [...text.matchAll(new RegExp(source, 'gu'))].map((m) => [m.index, m[0]] as const)
        // V8 looks for empty matches inside a pair of surrogates, too.
        expect(matches, source).toEqual(expected.filter(([index]) => (text.codePointAt(index - 1) ?? 0) <= 0xffff || index === 0))
        if (!/[\u{10000}-\u{10ffff}]/u.test(text)) expect(text.replaceAll(new (over(text))(source, 'gu'), '<>')).toBe(text.replaceAll(new RegExp(source, 'gu'), '<>'))
      }),
      { numRuns: 1500, seed: 1 },
    )
  })
  test.each([
    ['(a+)+$', 'a'.repeat(40) + 'b'],
    ['(a|a)*b', 'a'.repeat(60)],
    ['(?:a*)*(?:a*)*(?:a*)*c', 'a'.repeat(2000)],
    ['a*a*a*a*b', 'a'.repeat(5000)],
    ['(?=(a+)+$)b', 'a'.repeat(50) + 'c'],
    ['(?<=(a|aa)+b)c', 'a'.repeat(60) + 'c'],
  ])('%s comes to an end', (source, text) => {
    expect(() => found(new (boundedPatterns({ left: 2_000_000 }))(source, 'gu'), text)).toThrow('takes too long')
  })
  test('long runs need no stack', () => {
    const text = 'ab'.repeat(200_000)
    expect(found(new (over(text))('(?:ab)+', 'gu'), text)).toEqual([[0, text]])
  })
  test.each(['(a)\\1', '(?<x>a)\\k<x>', '(?:(?:a{1,500}b){500}){500}'])('a pattern is refused: %j', (source) => expect(() => new (over(''))(source, 'gu')).toThrow(Error))
})
