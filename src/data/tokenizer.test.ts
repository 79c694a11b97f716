import { describe, expect, test } from 'vitest'
import { goldenTokenizers } from '../../e2e/golden/tokenizers.ts'
import { loadTokenizer } from './tokenizer.ts'
import { whitespaceAsPython } from './whitespaceAsPython.ts'

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

test('spaces are what Unicode calls so, as in Python', () => {
  const { pre_tokenizer } = whitespaceAsPython({ pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true } }) as {
    pre_tokenizer: { pretokenizers: [{ pattern: { Regex: string } }] }
  }
  const pieces = (text: string) => text.match(new RegExp(pre_tokenizer.pretokenizers[0].pattern.Regex, 'gu'))
  // U+FEFF is no space, and U+0085 is one; JavaScript's \s has it the other way round.
  expect(pieces('x \ufeffy')).toEqual(['x', ' \ufeff', 'y'])
  expect(pieces('x\u0085\u0085y')).toEqual(['x', '\u0085', '\u0085', 'y'])
  const split = { type: 'Split', pattern: { Regex: String.raw`[^\s\\s]+|\S` } }
  expect(whitespaceAsPython({ pre_tokenizer: split })['pre_tokenizer']).toEqual({ type: 'Split', pattern: { Regex: String.raw`[^\p{White_Space}\\s]+|\P{White_Space}` } })
})

test('BERT sets rare ideographs apart', () => {
  const json = {
    model: { type: 'WordPiece', unk_token: '?', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: { '?': 0, a: 1, '𠀀': 2 } },
    added_tokens: [],
    decoder: null,
    post_processor: null,
    pre_tokenizer: { type: 'BertPreTokenizer' },
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  }
  expect([...loadTokenizer(json, {}).encode('a𠀀𠀀a')]).toEqual([1, 2, 2, 1])
})

test('BERT knows the characters that its Rust knows', () => {
  const loaded = (vocab: Record<string, number>, more: object = {}) =>
    loadTokenizer(
      {
        model: { type: 'WordPiece', unk_token: '?', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: { '?': 0, to: 1, be: 2, '##be': 3, ...vocab } },
        added_tokens: [],
        decoder: null,
        post_processor: null,
        pre_tokenizer: { type: 'BertPreTokenizer' },
        normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true, ...more },
      },
      {},
    )
  const ids = (text: string, tokenizer = loaded({})): number[] => [...tokenizer.encode(text)]
  // Ids of Python's tokenizers: punctuation and marks after Unicode 8 are letters of an unknown word.
  for (const letter of ['\u061d', '\u07fd', '\u2e52', '\u{11a01}']) expect(ids(`to${letter}be`), letter).toEqual([0])
  for (const sign of ['\u166d', '\u{111c9}', '!', '\u{20000}']) expect(ids(`to${sign}be`), sign).toEqual([1, 0, 2])
  expect(ids('to\u1734be')).toEqual([1, 3])
  expect(ids('to\u1734be', loaded({}, { lowercase: false }))).toEqual([0])
  // One that a vocabulary has stays what it is; what stands in for the others is in no vocabulary.
  expect(ids('\u2e52 \u2e53', loaded({ '\u2e52': 4, '\ua000': 5 }))).toEqual([4, 0])
})

test('words and digits are those of Unicode', () => {
  const pieces = (pre_tokenizer: object, text: string): string[] => {
    const vocab = Object.fromEntries([...new Set(text)].map((letter, i) => [letter, i]))
    const json = { model: { type: 'WordPiece', unk_token: '?', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: { ...vocab, '?': 99, 'é1': 100, '½': 101, '٣٤½': 102, ab: 103 } }, added_tokens: [], decoder: null, post_processor: null, normalizer: null, pre_tokenizer }
    const tokenizer = loadTokenizer(json, {})
    return [...tokenizer.encode(text)].map((id) => tokenizer.idToToken(id)!)
  }
  expect(pieces({ type: 'Whitespace' }, 'é1 ½')).toEqual(['é1', '½'])
  expect(pieces({ type: 'Digits', individual_digits: false }, 'ab٣٤½')).toEqual(['ab', '٣٤½'])
  expect(pieces({ type: 'Digits', individual_digits: true }, 'ab٣٤½')).toEqual(['ab', '٣', '٤', '½'])
})
