// How llama.cpp's named pre-tokenizers cut text, as tokenizer.json says it. Byte-level BPE only; SentencePiece needs none.
import { isRecord, type JsonObject } from '../../protocol/record.ts'

const regex = (digits: string): string => `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`
const THREES = regex('\\p{N}{1,3}')
const ONES = regex('\\p{N}')

const bytes = (useRegex: boolean): JsonObject => ({ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: useRegex })
const split = (pattern: string): JsonObject => ({ type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false }, bytes(false)] })
const gpt2 = bytes(true)
const digitsThenGpt2 = { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, bytes(true)] }

const known: Readonly<Record<string, JsonObject>> = {
  'gpt-2': gpt2,
  olmo: gpt2,
  'llama-bpe': split(THREES),
  'llama-v3': split(THREES),
  llama3: split(THREES),
  dbrx: split(THREES),
  'smaug-bpe': split(THREES),
  qwen2: split(ONES),
  'deepseek-r1-qwen': split(ONES),
  smollm: digitsThenGpt2,
  starcoder: digitsThenGpt2,
  refact: digitsThenGpt2,
  codeshell: digitsThenGpt2,
}

export const preTokenizerNames = Object.keys(known)
/** tokenizer.json's pre_tokenizer; undefined for a name that is not known here. */
export const preTokenizerOf = (name: string): JsonObject | undefined => known[name]
/** llama.cpp then takes a word that is a token whole, without merging. */
export const ignoresMerges = (name: string): boolean => /^(llama-bpe|llama-v3|llama3)$/.test(name)

/** llama.cpp's name for a pre_tokenizer; undefined where it has none. */
export function preTokenizerName(pre: unknown, ignoreMerges: boolean): string | undefined {
  const parts = isRecord(pre) && pre['type'] === 'Sequence' && Array.isArray(pre['pretokenizers']) ? (pre['pretokenizers'] as unknown[]) : [pre]
  const said = parts.map((part) => {
    if (!isRecord(part)) return String(part)
    if (part['type'] === 'Split' && isRecord(part['pattern']) && part['behavior'] === 'Isolated') return String(part['pattern']['Regex']).replaceAll('\\p{N}{1}', '\\p{N}')
    if (part['type'] === 'ByteLevel') return part['use_regex'] === false ? 'bytes' : 'gpt2'
    return part['type'] === 'Digits' && part['individual_digits'] === true ? 'digits' : String(part['type'])
  })
  switch (said.join(' then ')) {
    case 'gpt2':
      return 'gpt-2'
    case `${THREES} then bytes`:
      return ignoreMerges ? 'llama-bpe' : 'dbrx'
    case `${ONES} then bytes`:
      return 'qwen2'
    case 'digits then gpt2':
      return 'smollm'
    default:
      return undefined
  }
}
