// What stands around and between two texts that are read together, from the post-processor of a tokenizer.json: BERT's
// [CLS] a [SEP] b [SEP] with 1 as the type of the second, RoBERTa's <s> a </s></s> b </s> with 0 everywhere.
import { isRecord } from '../protocol/record.ts'

/** A special token, or one of the two texts; `type` is the token type of what stands there. */
export type PairPart = { readonly id: number; readonly type: number } | { readonly text: 0 | 1; readonly type: number }

/** Undefined for a tokenizer that sets nothing between two texts. */
export function pairTemplate(post: unknown, idOf: (token: string) => number | undefined): readonly PairPart[] | undefined {
  if (!isRecord(post)) return undefined
  const special = (token: unknown, type: number): PairPart[] => {
    const id = Array.isArray(token) ? (token as unknown[])[1] : typeof token === 'string' ? idOf(token) : undefined
    return typeof id === 'number' ? [{ id, type }] : []
  }
  const { cls, sep } = post
  switch (post['type']) {
    case 'BertProcessing':
      return between([...special(cls, 0), { text: 0, type: 0 }, ...special(sep, 0), { text: 1, type: 1 }, ...special(sep, 1)])
    case 'RobertaProcessing':
      return between([...special(cls, 0), { text: 0, type: 0 }, ...special(sep, 0), ...special(sep, 0), { text: 1, type: 0 }, ...special(sep, 0)])
    case 'TemplateProcessing':
      return between(Array.isArray(post['pair']) ? (post['pair'] as unknown[]).flatMap((item) => templatePart(item, special)) : [])
    case 'Sequence':
      return Array.isArray(post['processors']) ? (post['processors'] as unknown[]).map((p) => pairTemplate(p, idOf)).find((t) => t !== undefined) : undefined
    default:
      return undefined
  }
}

function templatePart(item: unknown, special: (token: unknown, type: number) => PairPart[]): PairPart[] {
  if (!isRecord(item)) return []
  const { SpecialToken: token, Sequence: sequence } = item
  if (isRecord(token)) return special(token['id'], Number(token['type_id'] ?? 0))
  if (isRecord(sequence)) return [{ text: sequence['id'] === 'B' ? 1 : 0, type: Number(sequence['type_id'] ?? 0) }]
  return []
}

/** The parts, where both texts are there and something stands between them. */
function between(parts: readonly PairPart[]): readonly PairPart[] | undefined {
  const [a, b] = [0, 1].map((n) => parts.findIndex((p) => 'text' in p && p.text === n))
  return a! >= 0 && b! > a! + 1 ? parts : undefined
}
