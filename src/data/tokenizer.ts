// Text to token ids and back, over the tokenizer.json of a Hugging Face model. Special tokens written in the text
// become their ids, as in transformers; `special` additionally lets the tokenizer add its own (usually a first one).
import { Tokenizer as Engine } from '@huggingface/tokenizers'
import { isRecord } from '../protocol/record.ts'
import { Fault, messageOf } from '../protocol/failure.ts'
import { pairTemplate, type PairPart } from './pairTemplate.ts'
import { bertText } from './bertText.ts'
import { boundEngine, checkTokenizerJson } from './boundTokenizer.ts'
import { whitespaceAsPython } from './whitespaceAsPython.ts'

export interface Tokenizer {
  encode(text: string, options?: { readonly special?: boolean }): Int32Array<ArrayBuffer>
  /** Ids outside the vocabulary are left out. */
  decode(ids: ArrayLike<number>, options?: { readonly skipSpecial?: boolean }): string
  idToToken(id: number): string | undefined
  tokenToId(token: string): number | undefined
  readonly specialIds: ReadonlySet<number>
  /** What the model expects before any plain text: usually the one token that begins a sequence, or nothing. */
  readonly prefixIds: Int32Array
  /** What it expects after a text: BERT's [SEP], or nothing. */
  readonly suffixIds: Int32Array
  /** What it expects around and between two texts; unsaid: nothing stands between them. */
  readonly pair?: readonly PairPart[]
  /** `bos_token`, `eos_token`, … as texts, for chat templates. */
  readonly specialTokens: Readonly<Record<string, string>>
  readonly bosId?: number
  readonly eosId?: number
  readonly padId?: number
  /** One more than the largest id. */
  readonly vocabSize: number
}

export function loadTokenizer(json: Readonly<Record<string, unknown>>, config: Readonly<Record<string, unknown>>): Tokenizer {
  let engine: Engine
  let expect: (characters: number) => void
  try {
    checkTokenizerJson(json)
    const rules = whitespaceAsPython(json)
    tryNormalizer(rules)
    engine = new Engine(rules, config)
    expect = boundEngine(engine)
  } catch (error) {
    const detail = messageOf(error)
    throw new Fault(
      'bad-model',
      `The tokenizer.json of this model cannot be used: ${detail}`,
      'Get the file again, or choose another model.',
      detail,
    )
  }
  const specialTokens = namedTokens(config)
  const specialIds = new Set([...engine.get_added_tokens_decoder()].filter(([, t]) => t.special).map(([id]) => id))
  const cleanUp = config['clean_up_tokenization_spaces'] === true

  const asRust = bertText(json['normalizer'], engine.get_vocab().keys())
  const encode = (text: string, special = false): Int32Array<ArrayBuffer> => {
    const { ids } = within(expect, text.length, () => engine.encode(asRust(text), { add_special_tokens: special }))
    // A character outside the vocabulary of a tokenizer without an unknown token has no id; transformers drops it too.
    return Int32Array.from(ids.filter((id) => Number.isInteger(id)))
  }
  const decode = (ids: ArrayLike<number>, skipSpecial = true): string => {
    const known = Array.from(ids).filter((id) => engine.id_to_token(id) !== undefined && !(skipSpecial && specialIds.has(id)))
    const characters = known.reduce((n, id) => n + (engine.id_to_token(id)?.length ?? 0), 0)
    return known.length === 0 ? '' : within(expect, characters, () => engine.decode(known, { skip_special_tokens: false, clean_up_tokenization_spaces: cleanUp }))
  }
  const idOf = (name: string): number | undefined => {
    const token = specialTokens[name]
    return token === undefined ? undefined : engine.token_to_id(token)
  }
  const bosId = idOf('bos_token')
  const eosId = idOf('eos_token')
  const padId = idOf('pad_token')
  const pair = pairTemplate(json['post_processor'], (token) => engine.token_to_id(token))
  let largest = -1
  for (const id of engine.get_vocab().values()) if (id > largest) largest = id
  return {
    encode: (text, options) => encode(text, options?.special),
    decode: (ids, options) => decode(ids, options?.skipSpecial),
    idToToken: (id) => engine.id_to_token(id),
    tokenToId: (token) => engine.token_to_id(token),
    specialIds,
    ...around(encode('a', true), encode('a')),
    ...(pair && { pair }),
    specialTokens,
    vocabSize: largest + 1,
    ...(bosId === undefined ? {} : { bosId }),
    ...(eosId === undefined ? {} : { eosId }),
    ...(padId === undefined ? {} : { padId }),
  }
}

/** A text's time and room; whatever the tokenizer's rules come to beyond them is told in a sentence. */
function within<T>(expect: (characters: number) => void, characters: number, work: () => T): T {
  expect(characters)
  try {
    return work()
  } catch (error) {
    const detail = messageOf(error)
    throw new Fault('bad-model', `The tokenizer of this model cannot be used on a text of ${characters} characters: ${detail}`, 'Choose another model, or leave that text out.', detail)
  }
}

/** The library normalizes added tokens while it is built, before anything counts; here that is counted first. */
function tryNormalizer(rules: Readonly<Record<string, unknown>>): void {
  const bare = new Engine({ ...rules, added_tokens: [], model: { type: 'BPE', vocab: {}, merges: [] } }, {})
  const expect = boundEngine(bare)
  for (const { content } of rules['added_tokens'] as readonly { readonly content: string }[]) {
    expect(content.length)
    bare.normalizer?.(content)
  }
}

/** What stands before and after the text's own ids. */
function around(withSpecial: Int32Array, plain: Int32Array): Pick<Tokenizer, 'prefixIds' | 'suffixIds'> {
  for (let at = 0; at + plain.length <= withSpecial.length; at++)
    if (plain.every((id, i) => withSpecial[at + i] === id)) return { prefixIds: withSpecial.slice(0, at), suffixIds: withSpecial.slice(at + plain.length) }
  return { prefixIds: new Int32Array(0), suffixIds: new Int32Array(0) }
}

/** Entries `x_token`, each a text or an object with its text in `content`. */
function namedTokens(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const named: Record<string, string> = {}
  for (const [key, value] of Object.entries(config)) {
    if (!key.endsWith('_token')) continue
    const text = isRecord(value) ? value['content'] : value
    if (typeof text === 'string') named[key] = text
  }
  return named
}
