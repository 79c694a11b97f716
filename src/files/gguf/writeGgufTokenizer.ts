// tokenizer.json as llama.cpp's metadata: byte-level BPE with its merges, SentencePiece BPE with scores that merge in the same
// order. What llama.cpp has no tokenizer for is refused.
import { isRecord, type JsonObject } from '../../protocol/record.ts'
import { Fault } from '../../protocol/failure.ts'
import { preTokenizerName } from './ggufPreTokenizers.ts'
import type { GgufValue } from './ggufTypes.ts'

/** Of tokens, as llama.cpp numbers them. */
export const TOKEN = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

export interface TokenizerFiles {
  readonly tokenizerJson: JsonObject
  readonly tokenizerConfig: JsonObject
  readonly chatTemplate?: string
}

/** @param vocabulary rows of the embedding: tokens that the tokenizer lacks are written as unused. */
export function writeGgufTokenizer({ tokenizerJson, tokenizerConfig, chatTemplate }: TokenizerFiles, vocabulary: number): Map<string, GgufValue> {
  const model = isRecord(tokenizerJson['model']) ? tokenizerJson['model'] : {}
  const refused = (what: string): Fault => new Fault('bad-model', `llama.cpp has no tokenizer like this model’s: ${what}.`, 'Take the Hugging Face folder or the ONNX export instead.')
  if (model['type'] !== 'BPE' || !isRecord(model['vocab'])) throw refused(`it is of the type ${String(model['type'])}, and BPE can be written`)
  const ofBytes = names(tokenizerJson['pre_tokenizer']).includes('ByteLevel')
  if (!ofBytes && model['byte_fallback'] !== true) throw refused('it works neither on bytes nor falls back to them')
  const pre = ofBytes ? preTokenizerName(tokenizerJson['pre_tokenizer'], model['ignore_merges'] === true) : 'default'
  if (pre === undefined) throw refused('it cuts words in a way that llama.cpp does not know')

  const merges = (Array.isArray(model['merges']) ? (model['merges'] as unknown[]) : []).map((m) => (Array.isArray(m) ? (m as string[]) : String(m).split(' ')) as [string, string])
  const ids = new Map(Object.entries(model['vocab'] as Record<string, number>))
  const added = (Array.isArray(tokenizerJson['added_tokens']) ? (tokenizerJson['added_tokens'] as unknown[]) : []).filter(isRecord)
  for (const { content, id } of added) ids.set(String(content), Number(id))
  const beyond = [...ids].find(([, id]) => !(id >= 0 && id < vocabulary))
  if (beyond) throw refused(`its token ${JSON.stringify(beyond[0])} has the number ${beyond[1]}, and the model has ${vocabulary}`)

  const rank = new Map<string, number>()
  for (const [i, [left, right]] of merges.entries()) if (!rank.has(left + right)) rank.set(left + right, i)
  const tokens = Array.from({ length: vocabulary }, (_, i) => `[PAD${i}]`)
  const types = Array.from<number>({ length: vocabulary }).fill(TOKEN.unused)
  // Higher merges first; what no merge makes comes after all of them.
  const scores = Array.from({ length: vocabulary }, (_, i) => -(merges.length + i))
  for (const [token, id] of ids) {
    tokens[id] = token
    types[id] = !ofBytes && /^<0x[0-9A-F]{2}>$/.test(token) ? TOKEN.byte : TOKEN.normal
    scores[id] = -(rank.get(token) ?? merges.length + id)
  }
  for (const { id, special } of added) types[Number(id)] = special === false ? TOKEN.userDefined : TOKEN.control
  const unknown = ids.get(String(model['unk_token']))
  if (!ofBytes && unknown !== undefined) types[unknown] = TOKEN.unknown

  const said = new Map<string, GgufValue>([
    ['tokenizer.ggml.model', { type: 'string', value: ofBytes ? 'gpt2' : 'llama' }],
    ['tokenizer.ggml.pre', { type: 'string', value: pre }],
    ['tokenizer.ggml.tokens', { type: 'string', value: tokens }],
    ...(ofBytes ? [] : [['tokenizer.ggml.scores', { type: 'f32', value: scores }] as const]),
    ['tokenizer.ggml.token_type', { type: 'i32', value: types }],
    ...(ofBytes ? [['tokenizer.ggml.merges', { type: 'string', value: merges.map((m) => m.join(' ')) }] as const] : []),
  ])
  const special = { bos: 'bos_token', eos: 'eos_token', unknown: 'unk_token', padding: 'pad_token' }
  for (const [key, name] of Object.entries(special)) {
    const given = tokenizerConfig[name]
    const id = ids.get(String(isRecord(given) ? given['content'] : given))
    if (id !== undefined) said.set(`tokenizer.ggml.${key}_token_id`, { type: 'u32', value: id })
  }
  const around = template(tokenizerJson['post_processor'])
  const flag = (value: boolean): GgufValue => ({ type: 'bool', value })
  said.set('tokenizer.ggml.add_bos_token', flag(isRecord(around[0]) && 'SpecialToken' in around[0]))
  said.set('tokenizer.ggml.add_eos_token', flag(around.length > 1 && 'SpecialToken' in Object(around.at(-1))))
  said.set('tokenizer.ggml.add_space_prefix', flag(prefixes(tokenizerJson, ofBytes)))
  if (chatTemplate !== undefined) said.set('tokenizer.chat_template', { type: 'string', value: chatTemplate })
  return said
}

/** Types of a step and of the steps within it. */
function names(step: unknown): string[] {
  return flat(step).map((s) => String(s['type']))
}

function flat(step: unknown): JsonObject[] {
  if (!isRecord(step)) return []
  const inner = ['pretokenizers', 'normalizers', 'processors'].map((k) => step[k]).find(Array.isArray) as unknown[] | undefined
  return inner ? inner.flatMap(flat) : [step]
}

function template(step: unknown): readonly unknown[] {
  const found = flat(step).find((s) => s['type'] === 'TemplateProcessing')?.['single']
  return Array.isArray(found) ? (found as unknown[]) : []
}

/** Whether a text begins as if after a space. */
function prefixes({ normalizer, pre_tokenizer: pre }: JsonObject, ofBytes: boolean): boolean {
  if (ofBytes) return flat(pre).some((s) => s['type'] === 'ByteLevel' && s['add_prefix_space'] === true)
  return flat(normalizer).some((s) => s['type'] === 'Prepend') || flat(pre).some((s) => s['type'] === 'Metaspace' && s['prepend_scheme'] !== 'never' && s['add_prefix_space'] !== false)
}
