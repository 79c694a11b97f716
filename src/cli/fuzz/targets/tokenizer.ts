// tokenizer.json of each kind of model, changed: opened, and asked to read and write texts that are hard on patterns.
import fc from 'fast-check'
import { loadTokenizer } from '../../../data/tokenizer.ts'
import { isRecord } from '../../../protocol/record.ts'
import { Fault } from '../../../protocol/failure.ts'
import { changedJson } from '../changedJson.ts'
import { goldenFiles, jsonOf } from '../readModel.ts'
import type { FuzzTarget } from '../target.ts'

const characters = [...'abcdehlortw ▁Ġ#.,1\n']
const vocab = Object.fromEntries(characters.map((c, i) => [c, i]))
const small = [
  { model: { type: 'BPE', vocab: { ...vocab, he: 20, ll: 21, hell: 22 }, merges: ['h e', 'l l', 'he ll'], unk_token: '#', byte_fallback: false }, pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true }, decoder: { type: 'ByteLevel' }, normalizer: { type: 'NFC' }, post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }], pair: [], special_tokens: {} } },
  { model: { type: 'BPE', vocab, merges: [['h', 'e']], unk_token: '#', byte_fallback: true }, normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }] }, pre_tokenizer: null, decoder: { type: 'Sequence', decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }] }, post_processor: null },
  { model: { type: 'WordPiece', vocab: { ...vocab, '##b': 30, '[UNK]': 31 }, unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100 }, normalizer: { type: 'BertNormalizer', lowercase: true, handle_chinese_chars: true, strip_accents: null, clean_text: true }, pre_tokenizer: { type: 'BertPreTokenizer' }, decoder: { type: 'WordPiece', prefix: '##', cleanup: true }, post_processor: { type: 'BertProcessing', sep: ['#', 9], cls: ['a', 0] } },
  { model: { type: 'Unigram', unk_id: 0, vocab: [...characters, '▁he', 'll', 'lo', '▁w'].map((c, i) => [c, -i]) }, normalizer: { type: 'Sequence', normalizers: [{ type: 'Precompiled', precompiled_charsmap: '' }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }] }, pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }, decoder: { type: 'Metaspace', replacement: '▁' }, post_processor: null },
  { model: { type: 'BPE', vocab, merges: [], unk_token: '#' }, normalizer: null, pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex: '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|\\s+' }, behavior: 'Isolated', invert: false }, { type: 'Digits', individual_digits: true }, { type: 'Punctuation' }, { type: 'FixedLength', length: 5 }] }, decoder: { type: 'BPEDecoder', suffix: '</w>' }, post_processor: { type: 'Sequence', processors: [{ type: 'ByteLevel' }] } },
].map((parts) => ({ version: '1.0', truncation: null, padding: null, added_tokens: [{ id: 40, content: '<s>', special: true, single_word: false, lstrip: false, rstrip: false, normalized: false }, { id: 41, content: 'hello', special: false, normalized: true, lstrip: true, rstrip: true }], ...parts }))
const golden = await Promise.all((await Promise.all(['llama', 'gpt2'].map(goldenFiles))).map((files) => jsonOf(files, 'tokenizer.json')))

const patterns = ['(a+)+$', '(a|a)*b', '(?:a*)*b', '(?=(a+)+$)b', '(?<=a+)b', '(?<!\\s)\\S', '(?i:abc)+', '[a-z&&[^aeiou]]+', '\\p{Han}+', '(?>a+)b', '\\s+(?!\\S)|\\s+', '.*.*.*x', '(\\w+\\s?)+!', '[[:alpha:]]+', 'a{0,500}b', '(a{0,50}){50}b', '^\\s*$', '\\b', '(?:)', '$'].map((Regex) => ({ Regex }))
const words = [
  ...patterns, { String: 'a' }, { String: '' },
  'NFC', 'NFKD', 'Replace', 'Prepend', 'Strip', 'StripAccents', 'Lowercase', 'Precompiled', 'Split', 'Whitespace', 'WhitespaceSplit', 'FixedLength', 'Metaspace', 'Sequence', 'ByteLevel', 'Fuse', 'CTC', 'BPE', 'Unigram', 'WordPiece', 'WordLevel', 'Removed', 'MergedWithPrevious', 'pattern', 'content', 'type', 'vocab', 'merges', 'normalizers', 'Regex', 'String',
  { type: 'Replace', pattern: { String: 'a' }, content: 'aaaaaaaa' }, { type: 'Metaspace', replacement: '▁', str_rep: '▁▁▁▁' }, { type: 'FixedLength', length: 0 }, { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated' }, { type: 'Prepend', prepend: 'aaaa' },
]
const texts = fc.tuple(fc.array(fc.constantFrom('a', 'b', ' ', 'hello', '\n', '.', '1', 'é', '漢', '🙂', '\ud800', '<s>', '▁', '\0'), { minLength: 1, maxLength: 6 }), fc.constantFrom(1, 1, 5, 50, 400)).map(([parts, times]) => parts.join('').repeat(times))

const target: FuzzTarget<{ readonly json: string; readonly text: string }> = {
  inputs: fc.record({ json: fc.oneof({ weight: 9, arbitrary: changedJson(small, words) }, { weight: 1, arbitrary: changedJson(golden, words) }), text: texts }),
  run({ json, text }) {
    let parsed: unknown
    try {
      parsed = JSON.parse(json)
    } catch {
      parsed = undefined
    }
    if (!isRecord(parsed)) throw new Fault('bad-model', 'This file is not valid JSON.', 'Get it again.')
    const tokenizer = loadTokenizer(parsed, { eos_token: '<s>', bos_token: '<s>', clean_up_tokenization_spaces: true })
    const ids = tokenizer.encode(text, { special: true })
    return [ids.length, tokenizer.decode(ids).length, tokenizer.decode([0, 1, 2, 40, 41, 99], { skipSpecial: false }).length, tokenizer.vocabSize]
  },
  gateRuns: 250,
}
export default target
