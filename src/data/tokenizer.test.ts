import { describe, expect, test } from 'vitest'
import { goldenTokenizers } from '../../e2e/golden/tokenizers.ts'
import { loadTokenizer } from './tokenizer.ts'

describe.each(goldenTokenizers.map((g) => [g.name, g] as const))('%s', (_, { tokenizer, cases }) => {
  test('ids and texts are those of transformers', () => {
    for (const c of cases.texts) {
      expect([...tokenizer.encode(c.text, { special: true })], c.text).toEqual(c.ids)
      expect([...tokenizer.encode(c.text)], c.text).toEqual(c.ids_without_special)
      expect(tokenizer.decode(c.ids, { skipSpecial: false }), c.text).toBe(c.decoded)
      expect(tokenizer.decode(c.ids), c.text).toBe(c.decoded_skip_special)
    }
  })
  test('special tokens', () => {
    const { specialTokens, specialIds, eosId, vocabSize } = tokenizer
    if (specialTokens['eos_token'] !== undefined) expect(tokenizer.idToToken(eosId!)).toBe(specialTokens['eos_token'])
    for (const id of specialIds) expect(id).toBeLessThan(vocabSize)
    expect(tokenizer.decode([vocabSize + 1])).toBe('')
    const empty = cases.texts.find((c) => c.text === '')
    if (empty) expect([...tokenizer.prefixIds]).toEqual(empty.ids.slice(0, tokenizer.prefixIds.length))
  })
})

test('special tokens may be objects, and a broken file is told in a sentence', () => {
  const json = {
    model: { type: 'BPE', vocab: { a: 0, '<e>': 1 }, merges: [] },
    added_tokens: [{ id: 1, content: '<e>', special: true }],
    decoder: null,
    post_processor: null,
    pre_tokenizer: null,
    normalizer: null,
  }
  const tokenizer = loadTokenizer(json, { eos_token: { content: '<e>' } })
  expect([tokenizer.eosId, tokenizer.vocabSize, [...tokenizer.encode('aa<e>')]]).toEqual([1, 2, [0, 0, 1]])
  expect(() => loadTokenizer({}, {})).toThrow('tokenizer.json of this model cannot be used')
})
