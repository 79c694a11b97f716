// tokenizer.json and tokenizer_config.json out of GGUF's metadata: byte-level BPE by its merges, SentencePiece BPE by the merges
// that its scores stand for.
import { Fault } from '../../protocol/failure.ts'
import type { JsonObject } from '../../protocol/record.ts'
import { ignoresMerges, preTokenizerNames, preTokenizerOf } from './ggufPreTokenizers.ts'
import type { GgufMetadata } from './ggufTypes.ts'
import { TOKEN, type TokenizerFiles } from './writeGgufTokenizer.ts'

export function readGgufTokenizer(metadata: GgufMetadata): TokenizerFiles {
  const refused = (what: string): Fault => new Fault('bad-model', `The tokenizer of this GGUF file cannot be used: ${what}.`, 'Choose the model’s Hugging Face folder, or another model.')
  const said = (key: string): unknown => metadata.get(`tokenizer.ggml.${key}`)?.value
  const list = <T>(key: string, type: 'string' | 'number'): readonly T[] | undefined => {
    const value = said(key)
    return Array.isArray(value) && value.every((v) => typeof v === type) ? (value as readonly T[]) : undefined
  }
  const kind = said('model')
  if (kind !== 'gpt2' && kind !== 'llama') throw refused(`it is of the kind ${String(kind)}, and gpt2 and llama can be read`)
  const tokens = list<string>('tokens', 'string')
  if (!tokens) throw refused('it has no list of tokens')
  const types = list<number>('token_type', 'number') ?? []
  const vocab: Record<string, number> = Object.fromEntries(tokens.map((token, i) => [token, i]))
  const added = tokens.flatMap((content, id) => {
    const type = types[id] ?? TOKEN.normal
    const special = type === TOKEN.control || (type === TOKEN.unknown && kind === 'llama')
    return special || type === TOKEN.userDefined ? [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }] : []
  })
  const nameOf = (key: string): string | null => {
    const id = said(`${key}_token_id`)
    return typeof id === 'number' ? (tokens[id] ?? null) : null
  }
  const pre = String(said('pre') ?? 'default')
  const [bos, unknown] = [nameOf('bos'), kind === 'llama' ? (nameOf('unknown') ?? '<unk>') : null]
  const common = { dropout: null, unk_token: unknown, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: kind === 'llama', byte_fallback: kind === 'llama', vocab }
  const steps = kind === 'gpt2' ? ofBytes() : ofPieces()
  const addsBos = said('add_bos_token') ?? (kind === 'llama' || ignoresMerges(pre))
  const chatTemplate = metadata.get('tokenizer.chat_template')?.value
  return {
    tokenizerJson: { version: '1.0', truncation: null, padding: null, added_tokens: added, ...steps, post_processor: addsBos === true && bos !== null ? leading(bos, vocab[bos]) : null },
    tokenizerConfig: { tokenizer_class: 'PreTrainedTokenizerFast', clean_up_tokenization_spaces: false, bos_token: bos, eos_token: nameOf('eos'), unk_token: nameOf('unknown'), pad_token: nameOf('padding') },
    ...(typeof chatTemplate === 'string' && { chatTemplate }),
  }

  function ofBytes(): JsonObject {
    const cut = preTokenizerOf(pre)
    if (!cut) throw refused(`it cuts words as “${pre}”, and ${preTokenizerNames.join(', ')} are known`)
    const merges = list<string>('merges', 'string')
    if (!merges) throw refused('it has no merges')
    const pairs = merges.map((m) => {
      const at = m.indexOf(' ', 1)
      return [m.slice(0, at), m.slice(at + 1)]
    })
    const decoder = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }
    return { normalizer: null, pre_tokenizer: cut, decoder, model: { type: 'BPE', ...common, ignore_merges: ignoresMerges(pre), merges: pairs } }
  }

  function ofPieces(): JsonObject {
    const prefix = said('add_space_prefix') !== false
    const replace = { type: 'Replace', pattern: { String: ' ' }, content: '▁' }
    const back = [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }]
    return {
      normalizer: prefix ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, replace] } : replace,
      pre_tokenizer: null,
      decoder: { type: 'Sequence', decoders: prefix ? [...back, { type: 'Strip', content: ' ', start: 1, stop: 0 }] : back },
      model: { type: 'BPE', ...common, ignore_merges: false, merges: mergesOf(tokens!, types, list<number>('scores', 'number') ?? [], vocab) },
    }
  }
}

/** Every way to put a token together from two, tokens of higher scores first. */
function mergesOf(tokens: readonly string[], types: readonly number[], scores: readonly number[], vocab: Readonly<Record<string, number>>): [string, string][] {
  const order = tokens.map((_, id) => id).filter((id) => (types[id] ?? TOKEN.normal) === TOKEN.normal)
  order.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
  const merges: [string, string][] = []
  for (const id of order) {
    const characters = Array.from(tokens[id])
    // Longer than any piece of a vocabulary: a file from outside must not cost the square of its length.
    if (characters.length > 256) continue
    const splits: [string, string][] = []
    for (let cut = 1; cut < characters.length; cut++) {
      const [left, right] = [characters.slice(0, cut).join(''), characters.slice(cut).join('')]
      if (Object.hasOwn(vocab, left) && Object.hasOwn(vocab, right)) splits.push([left, right])
    }
    merges.push(...splits.sort(([a, b], [c, d]) => vocab[a] - vocab[c] || vocab[b] - vocab[d]))
  }
  return merges
}

function leading(token: string, id: number): JsonObject {
  const first = { SpecialToken: { id: token, type_id: 0 } }
  const text = (which: 'A' | 'B'): JsonObject => ({ Sequence: { id: which, type_id: which === 'A' ? 0 : 1 } })
  return { type: 'TemplateProcessing', single: [first, text('A')], pair: [first, text('A'), text('B')], special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } } }
}
