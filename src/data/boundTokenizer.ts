// What a tokenizer.json may ask of the library that runs it. The file comes with a download, and the library believes it: a piece
// length of 0 never ends, an id of a billion fills the memory, a chain of replacements doubles a text thirty times, and patterns
// go back and forth for ever. Sizes are checked before it is built, patterns and growth are counted while it works.
import { isRecord, type JsonObject } from '../protocol/record.ts'
import { boundedPatterns, patienceFor, type Patience } from './boundedPattern.ts'
import { NUMBERS, withUnicodeSpaces, WORDS } from './whitespaceAsPython.ts'

const MAX_ID = 1 << 22
/** Parts of a normalizer, a pre-tokenizer, a post-processor or a decoder. */
const MAX_PARTS = 64
/** Of what stands in for something else, and of a token that is found in texts. */
const MAX_TEXT = 64
const MAX_ADDED = 1024
const MAX_WORD = 256
/** Tokens of a unigram model that begin one another. */
const MAX_NESTED = 64
/** A text may become this much longer before it is cut into tokens. */
const GROWTH = { free: 1 << 16, times: 16 }

/** Throws an Error that says what is wrong. */
export function checkTokenizerJson(json: JsonObject): void {
  const { model, added_tokens: added } = json
  if (!isRecord(model)) throw new Error('it has no model')
  checkVocabulary(model)
  for (const token of Array.isArray(added) ? (added as unknown[]) : []) {
    if (!isRecord(token) || typeof token['content'] !== 'string' || token['content'] === '') throw new Error('an added token has no content')
    if (token['content'].length > MAX_ADDED) throw new Error(`an added token has ${token['content'].length} characters`)
    checkId(token['id'])
  }
  if (!Array.isArray(added)) throw new Error('it has no list of added tokens')
  for (const key of ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder']) checkParts(json[key], key)
}

/** What the library splits as the one in Rust does. */
const SPLITTERS: readonly unknown[] = ['BPE', 'Unigram', 'WordPiece']

function checkVocabulary(model: JsonObject): void {
  const { type, vocab, max_input_chars_per_word: longest = 100 } = model
  // Files from before there was a type have none.
  if (type !== undefined && !SPLITTERS.includes(type)) throw new Error(`it splits words as ${String(type)}, and ${SPLITTERS.join(', ')} can be used`)
  if (type === 'BPE' && (model['continuing_subword_prefix'] ?? '') !== '') throw new Error('it marks every later part of a word, which is not done here')
  if (typeof longest !== 'number' || !(longest <= MAX_WORD)) throw new Error(`its words have up to ${String(longest)} characters`)
  for (const name of ['end_of_word_suffix', 'continuing_subword_prefix', 'continuing_subword_suffix'])
    if (typeof (model[name] ?? '') !== 'string' || String(model[name] ?? '').length > MAX_TEXT) throw new Error(`its ${name} is no short text`)
  if (isRecord(vocab)) for (const id of Object.values(vocab)) checkId(id)
  if (!Array.isArray(vocab)) return
  if (vocab.length > MAX_ID) throw new Error(`it has ${vocab.length} tokens`)
  const texts = new Set<string>()
  for (const entry of vocab as unknown[]) {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string' || typeof entry[1] !== 'number') throw new Error('a token of its vocabulary has no text or no score')
    texts.add(entry[0])
  }
  for (const text of texts) {
    if (text.length <= MAX_NESTED) continue
    if (text.length > MAX_ADDED) throw new Error(`a token has ${text.length} characters`)
    let nested = 0
    for (let end = 1; end < text.length; end++) if (texts.has(text.slice(0, end)) && ++nested > MAX_NESTED) throw new Error('too many of its tokens begin one another')
  }
}

function checkId(id: unknown): void {
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id > MAX_ID) throw new Error(`a token has the id ${JSON.stringify(id)}`)
}

function checkParts(part: unknown, key: string): void {
  let parts = 0
  const look = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(look)
    if (!isRecord(value)) return
    if (typeof value['type'] === 'string' && ++parts > MAX_PARTS) throw new Error(`its ${key} has more than ${MAX_PARTS} parts`)
    for (const name of ['content', 'prepend', 'replacement', 'str_rep']) {
      const text = value[name]
      if (text !== undefined && text !== null && (typeof text !== 'string' || text.length > MAX_TEXT)) throw new Error(`its ${key} has a ${name} that is no short text`)
    }
    if (value['type'] === 'FixedLength' && !(typeof value['length'] === 'number' && value['length'] >= 1)) throw new Error(`its ${key} cuts pieces of ${JSON.stringify(value['length'])} characters`)
    if (value['type'] === 'TemplateProcessing') checkTemplate(value['single'], key)
    for (const inner of Object.values(value)) look(inner)
  }
  look(part)
}

/** The text's tokens stand in it once. */
function checkTemplate(single: unknown, key: string): void {
  const items = Array.isArray(single) ? (single as unknown[]) : []
  if (!Array.isArray(single) || items.length > MAX_PARTS || items.filter((i) => isRecord(i) && 'Sequence' in i).length > 1) throw new Error(`its ${key} says the text more than once`)
}

/** What the library's parts look like from here. */
interface Part extends Record<string, unknown> {
  normalize?(text: string): string
  decode_chain?(tokens: string[]): string[]
  pre_tokenize_text?(text: string, options?: unknown): string[]
}

const LISTS = ['normalizers', 'tokenizers', 'decoders'] as const

/** Puts counted patterns and counted growth into a built tokenizer. To be called before each text with its length. */
export function boundEngine(engine: object): (characters: number) => void {
  const patience: Patience = { left: 0 }
  let room = 0
  const Pattern = boundedPatterns(patience)
  const fits = (characters: number): void => {
    if (characters > room) throw new RangeError('Its parts make texts far longer than they are.')
  }
  const bind = (value: unknown): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return
    const part = value as Part
    const { pattern } = part
    if (pattern instanceof RegExp && isForeign(part)) part['pattern'] = new Pattern(pattern.source, pattern.flags)
    const { normalize, decode_chain: decode, pre_tokenize_text: split } = part
    if (normalize)
      part.normalize = (text) => {
        const out = normalize.call(part, text)
        fits(out.length)
        return out
      }
    if (split)
      part.pre_tokenize_text = (text, options) => {
        const out = split.call(part, text, options)
        fits(total(out))
        return out
      }
    if (decode)
      part.decode_chain = (tokens) => {
        const out = decode.call(part, tokens)
        fits(total(out))
        return out
      }
    for (const name of LISTS) if (Array.isArray(part[name])) (part[name] as unknown[]).forEach(bind)
  }
  const { normalizer, pre_tokenizer: preTokenizer, decoder } = engine as Record<string, unknown>
  for (const part of [normalizer, preTokenizer, decoder]) bind(part)
  return (characters) => {
    patience.left = patienceFor(characters)
    room = GROWTH.free + GROWTH.times * characters
  }
}

const total = (texts: readonly string[]): number => texts.reduce((n, t) => n + t.length, 0)

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
const ends = (digits: string): string => String.raw`|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
const upper = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
const lower = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
/** Patterns of GPT-2, Llama 3, Qwen and GPT-4o: they end soon on any text, so that the built-in engine runs them. */
const KNOWN = new Set(
  [
    String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
    WORDS,
    ...Object.values(NUMBERS),
    ...[String.raw`\p{N}{1,3}`, String.raw`\p{N}`, String.raw`\p{N}{1}`].map((digits) => CONTRACTIONS + String.raw`|[^\r\n\p{L}\p{N}]?\p{L}+` + ends(digits)),
    String.raw`[^\r\n\p{L}\p{N}]?${upper}*${lower}+${CONTRACTIONS}?|[^\r\n\p{L}\p{N}]?${upper}+${lower}*${CONTRACTIONS}?` + ends(String.raw`\p{N}{1,3}`).replace('[\\r\\n]*', '[\\r\\n/]*'),
  ].map(withUnicodeSpaces),
)

/** Whether a part's pattern was written in the file, and is none of the known ones. */
function isForeign(part: Part): boolean {
  const config = part['config']
  const pattern = isRecord(config) ? config['pattern'] : undefined
  const said = isRecord(pattern) ? pattern['Regex'] : undefined
  return typeof said === 'string' && !KNOWN.has(withUnicodeSpaces(said))
}
