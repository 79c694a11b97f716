// Rows of words with a label each: two lists of one length, as the corpora for named entities and parts of speech keep them.
// A cell may hold its list as JSON, as Python prints it, or as words with spaces between.
import type { RowProblem } from '../protocol/studio.ts'
import { missing, textOf, type Read, type Value } from './readers.ts'

/** Columns of words, and those of their labels, best first. */
const WORDS = ['tokens', 'words', 'token', 'word', 'text_tokens', 'sentence_tokens']
const WORD_LABELS = ['ner_tags', 'ner', 'ner_labels', 'entity_tags', 'tags', 'labels', 'label', 'token_labels', 'bio', 'bio_tags', 'pos_tags', 'upos', 'xpos', 'pos', 'chunk_tags', 'chunk']

/** The items of a list, as texts; undefined for what is none. */
export function listOf(value: unknown): string[] | undefined {
  if (typeof value === 'string') return written(value.trim())
  if (!Array.isArray(value)) return undefined
  const items = (value as unknown[]).map(textOf)
  return items.every((t) => t !== undefined) ? items : undefined
}

function written(text: string): string[] | undefined {
  if (text === '') return []
  if (!text.startsWith('[') || !text.endsWith(']')) return text.split(/\s+/)
  try {
    return listOf(JSON.parse(text) as unknown)
  } catch {
    // Python's repr, with commas or as NumPy prints an array: 'a' "b's" 3 B-PER.
    const items = text.slice(1, -1).matchAll(/\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,'"]+))\s*,?/gy)
    return [...items].map(([, single, double, bare]) => bare ?? (single ?? double ?? '').replace(/\\(.)/g, '$1'))
  }
}

/** @param names of labels that are numbers from 0 */
export function wordsReader(words: string, labels: string, names?: readonly string[]): Read {
  return (line, value) => {
    const problem = (field: string, reason: string): RowProblem => ({ line, field, reason: `${field} ${reason}` })
    const [own, tags] = [listOf(value[words]), listOf(value[labels])]
    for (const [field, list] of [[words, own], [labels, tags]] as const)
      if (!list) return value[field] === undefined || value[field] === null ? missing(line, field, value) : problem(field, 'must be a list.')
    if (own!.length === 0) return { ...problem(words, 'is empty.'), cause: 'empty' }
    if (own!.length !== tags!.length) return problem(labels, `has ${tags!.length} labels for ${own!.length} words.`)
    const empty = tags!.findIndex((t) => t.trim() === '')
    if (empty >= 0) return { ...problem(labels, `has no label for word ${empty + 1}.`), cause: 'empty' }
    if (own!.some((w) => w.includes('\0'))) return problem(words, 'holds a NUL character, which no text has.')
    return { line, kind: 'words', words: own!, labels: tags!.map((t) => names?.[Number(t)] ?? t.trim()) }
  }
}

/** The columns of words and of their labels, where first rows hold lists of one length in both. */
export function wordColumns(find: (name: string) => string | undefined, sample: readonly Value[]): readonly [words: string, labels: string] | undefined {
  const words = WORDS.map(find).filter((c) => c !== undefined)
  const labels = WORD_LABELS.map(find).filter((c) => c !== undefined)
  for (const w of words)
    for (const l of labels) {
      const lists = sample.map((v) => [listOf(v[w]) ?? [], listOf(v[l]) ?? []] as const).filter(([a, b]) => a.length > 0 && b.length > 0)
      const fits = lists.filter(([a, b]) => a.length === b.length)
      // Single words with a label each are texts to be sorted.
      if (w !== l && fits.some(([a]) => a.length > 1) && 2 * fits.length > lists.length) return [w, l]
    }
  return undefined
}
