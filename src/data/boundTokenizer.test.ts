// Tokenizers that would never end, or fill the memory: refused when they are opened, or cut off at the text, in a sentence and soon.
import { describe, expect, test } from 'vitest'
import { Fault } from '../protocol/failure.ts'
import { loadTokenizer } from './tokenizer.ts'

const letters = Object.fromEntries([...'abcdefghijklmnopqrstuvwxyz ▁'].map((c, i) => [c, i]))
const base = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, model: { type: 'BPE', vocab: letters, merges: [], unk_token: 'a' } }
const split = (Regex: string) => ({ pre_tokenizer: { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false } })
const replace = (String: string, content: string) => ({ type: 'Replace', pattern: { String }, content })
const fault = (work: () => unknown): Fault => {
  try {
    work()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('It went through.')
}

describe('cut off at the text', () => {
  test.each([
    ['a pattern that goes back for ever', split('(a+)+$'), `${'a'.repeat(60)}b`],
    ['one that looks behind for ever', split('(?<=(?:a|aa)+c)b'), `${'a'.repeat(80)}b`],
    ['one of many runs', split('a*a*a*a*a*c'), 'a'.repeat(3000)],
    ['a pattern in a normalizer', { normalizer: { type: 'Replace', pattern: { Regex: '(a|a)*b' }, content: '' } }, 'a'.repeat(80)],
    ['texts that double', { normalizer: { type: 'Sequence', normalizers: Array.from({ length: 40 }, () => replace('z', 'zz')) } }, 'zebra'],
  ])('%s', (_, rules, text) => {
    const tokenizer = loadTokenizer({ ...base, ...rules }, {})
    const began = performance.now()
    expect(fault(() => tokenizer.encode(text)).message).toMatch(/cannot be used on a text of \d+ characters/)
    expect(performance.now() - began).toBeLessThan(5000)
    // The next text is read as if nothing had been.
    expect([...tokenizer.encode('bc')].length).toBeGreaterThan(0)
  })
  test('what is decoded doubles', () => {
    const tokenizer = loadTokenizer({ ...base, decoder: { type: 'Sequence', decoders: [{ type: 'Fuse' }, ...Array.from({ length: 40 }, () => replace('a', 'aa'))] } }, {})
    expect(fault(() => tokenizer.decode([0])).message).toContain('cannot be used')
  })
})

describe('refused when it is opened', () => {
  test.each([
    ['pieces of no length', { pre_tokenizer: { type: 'FixedLength', length: 0 } }, 'cuts pieces of 0'],
    ['an id of a billion', { model: { ...base.model, vocab: { a: 1e9 } } }, 'id 1000000000'],
    ['an added token with such an id', { added_tokens: [{ id: 4e9, content: '<x>' }] }, 'id 4000000000'],
    ['an added token without a text', { added_tokens: [{ id: 1 }] }, 'no content'],
    ['words that are whole tokens', { model: { type: 'WordLevel', vocab: letters, unk_token: 'a' } }, 'splits words as WordLevel'],
    ['marks on later parts of a word', { model: { ...base.model, continuing_subword_prefix: '##' } }, 'marks every later part'],
    ['words without a limit', { model: { type: 'WordPiece', vocab: letters, unk_token: 'a', max_input_chars_per_word: 1e9 } }, 'up to 1000000000 characters'],
    ['a text that stands in twice', { post_processor: { type: 'TemplateProcessing', single: [{ Sequence: { id: 'A' } }, { Sequence: { id: 'A' } }], pair: [] } }, 'more than once'],
    ['long replacements', { normalizer: replace('a', 'a'.repeat(1000)) }, 'no short text'],
    ['a thousand parts', { normalizer: { type: 'Sequence', normalizers: Array.from({ length: 1000 }, () => ({ type: 'NFC' })) } }, 'more than 64 parts'],
    ['pieces that double', { pre_tokenizer: { type: 'Sequence', pretokenizers: Array.from({ length: 40 }, () => ({ type: 'Metaspace', replacement: '▁', str_rep: '  ' })) } }, 'far longer'],
    ['references back', split('(a)\\1'), 'refers back'],
    ['a pattern that hangs on an added token', { added_tokens: [{ id: 5, content: `${'a'.repeat(60)}!`, normalized: true }], normalizer: { type: 'Replace', pattern: { Regex: '(a+)+$' }, content: '' } }, 'takes too long'],
    ['a unigram model of one letter, again and again', { model: { type: 'Unigram', unk_id: 0, vocab: Array.from({ length: 300 }, (_, i) => ['a'.repeat(i + 1), -i]) } }, 'begin one another'],
  ])('%s', (_, rules, reason) => {
    const began = performance.now()
    expect(fault(() => loadTokenizer({ ...base, ...rules }, {})).message).toContain(reason)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})
