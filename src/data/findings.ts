// What there is to know of a dataset before it is trained on: rows left out and why, doubles, leaks, rows that are cut, labels
// that do not balance, lengths and how well they fill batches. Each finding names the changes of the recipe that help.
import type { CheckKind, DataCheck, DataFindings, LabelCount } from '../protocol/dataChecks.ts'
import type { Remedy } from '../protocol/failure.ts'
import { roundedLength } from './batches.ts'
import type { Dataset } from './dataset.ts'
import type { Example } from './examples.ts'
import { fillRatio } from './fillRatio.ts'
import type { Prepared, PrepareOptions } from './prepare.ts'
import { ProblemList } from './problemList.ts'
import type { Rows } from './rows.ts'

const SHOWN_LINES = 20
const SHOWN_LABELS = 100
/** From here a label is rare beside the most frequent. */
const UNBALANCED = 10
const BINS = 12
const LONGEST_OFFERED = 65_536

export function findings(dataset: Dataset, prepared: Prepared, options: PrepareOptions): DataFindings {
  const { recipe } = options
  const { data, training } = recipe
  const { shaped } = prepared
  const all = [...prepared.train, ...prepared.validation]
  const labels = dataset.labelled ? labelCounts(shaped.train, shaped.validation) : undefined
  const checks = [
    ...leftOut(dataset, prepared, longer(prepared.longest, training.max_length, options.contextLength)),
    ...doubles(dataset, prepared, data.drop ?? []),
    ...tooLong(all, prepared, options),
    ...contradictions(dataset),
    ...samePairs(dataset),
    ...unbalanced(labels, data.balance, isOfWords(dataset)),
    ...unlabelled(dataset, options),
  ]
  const notes = [...(dataset.notes ?? [])]
  if (data.systemPrompt !== undefined && data.systemPrompt.trim() !== '' && !options.classes) notes.push('Every row without a system turn of its own is trained after the recipe’s system prompt.')
  return {
    checks,
    ...(notes.length > 0 && { notes }),
    split: { train: shaped.train.length, validation: shaped.validation.length, isGiven: shaped.isGiven },
    ...(all.length > 0 && { lengths: lengthsOf(all), fill: fillRatio(all, training, recipe.seed) }),
    ...(labels && { labels: labels.slice(0, SHOWN_LABELS), ...(isOfWords(dataset) && { labelUnit: 'word' as const }) }),
    ...(dataset.columns && { columns: dataset.columns }),
    ...(data.mapping && { mapping: data.mapping }),
  }
}

const isOfWords = (dataset: Dataset): boolean => dataset.rows.at(0)?.kind === 'words'

const rows = (count: number, one: string, more: string): string => (count === 1 ? `1 row ${one}` : `${count} rows ${more}`)

const REASONS: Readonly<Partial<Record<CheckKind, readonly [one: string, more: string]>>> = {
  syntax: ['is not valid JSON and was left out.', 'are not valid JSON and were left out.'],
  columns: ['has too many or too few columns and was left out.', 'have too many or too few columns and were left out.'],
  quotes: ['has quotes that do not match and was left out.', 'have quotes that do not match and were left out.'],
  missing: ['lacks a field and was left out.', 'lack a field and were left out.'],
  empty: ['has nothing to learn and was left out.', 'have nothing to learn and were left out.'],
  'no-room': ['is filled by the prompt alone and was left out.', 'are filled by the prompt alone and were left out.'],
  other: ['could not be read and was left out.', 'could not be read and were left out.'],
}

/** Rows that gave nothing, by reason. */
function leftOut(dataset: Dataset, prepared: Prepared, raise: readonly Remedy[]): DataCheck[] {
  const list = new ProblemList()
  list.take(dataset)
  for (const problem of prepared.problems) list.add(problem)
  return [...list.causes].map(([kind, cause]) => {
    const [one, more] = REASONS[kind] ?? REASONS.other!
    const remedies: readonly Remedy[] =
      kind === 'quotes' ? [{ kind: 'data', name: 'quotes', value: 'plain' }] : kind === 'no-room' ? [...raise, { kind: 'data', name: 'cut', value: 'start' }] : []
    return { kind, rows: cause.rows, message: rows(cause.rows, one, more), lines: cause.lines, remedies }
  })
}

function doubles({ asked }: Dataset, { shaped }: Prepared, drop: readonly string[]): DataCheck[] {
  const found: DataCheck[] = []
  const add = (kind: 'duplicates' | 'leaks', lines: readonly number[], one: string, more: string): void => {
    if (lines.length === 0) return
    const isDropped = drop.includes(kind)
    const end = isDropped ? (lines.length === 1 ? ' and was left out.' : ' and were left out.') : '.'
    found.push({ kind, rows: lines.length, message: rows(lines.length, one, more) + end, lines: lines.slice(0, SHOWN_LINES), remedies: isDropped ? [] : [{ kind: 'data', name: 'drop', value: kind }] })
  }
  add('duplicates', shaped.duplicates, 'says what an earlier one says', 'say what an earlier one says')
  const where = shaped.isGiven ? (asked ? 'held out or asked as a test' : 'held out') : 'asked as a test'
  add('leaks', shaped.leaks, `to train on is also ${where}`, `to train on are also ${where}`)
  return found
}

/** Longer rows, as far as the model reads. */
function longer(longest: number, maxLength: number, contextLength = LONGEST_OFFERED): Remedy[] {
  const value = Math.min(roundedLength(longest), contextLength)
  return value > maxLength ? [{ kind: 'training', name: 'max_length', value }] : []
}

function tooLong(all: readonly Example[], { droppedLong }: Prepared, { recipe, contextLength }: PrepareOptions): DataCheck[] {
  const { data, training } = recipe
  const cut = all.filter((e) => e.truncated)
  if (cut.length === 0 && droppedLong === 0) return []
  if (cut.length === 0) return [{ kind: 'too-long', rows: droppedLong, message: rows(droppedLong, 'is too long and was left out.', 'are too long and were left out.'), lines: [], remedies: [] }]
  const longest = cut.reduce((n, e) => Math.max(n, e.uncut ?? 0), 0)
  const where = data.cut === 'start' ? 'at the start of what is asked' : 'at the end'
  return [
    {
      kind: 'too-long',
      rows: cut.length,
      message: `${rows(cut.length, 'is', 'are')} longer than ${training.max_length} tokens, up to ${longest}, and cut ${where}.`,
      lines: [],
      remedies: [
        ...longer(longest, training.max_length, contextLength),
        { kind: 'data', name: 'drop', value: 'too-long' },
        ...(data.cut === 'start' ? [] : [{ kind: 'data', name: 'cut', value: 'start' } as const]),
      ],
    },
  ]
}

/** The same text with different labels: nobody can learn both. */
function contradictions({ labelled, rows: all }: Dataset): DataCheck[] {
  if (!labelled) return []
  const lines = knownContradictions.get(all) ?? contradictionsIn(all)
  knownContradictions.set(all, lines)
  return lines.length === 0 ? [] : [{ kind: 'contradictions', rows: lines.length, message: rows(lines.length, 'has the text of an earlier one and another label: only one of the two can be learned, so decide in the file.', 'have the text of an earlier one and another label: only one of each can be learned, so decide in the file.'), lines: lines.slice(0, SHOWN_LINES), remedies: [] }]
}

/** Looked for once: no change of the recipe changes them. */
const knownContradictions = new WeakMap<Rows, readonly number[]>()

function contradictionsIn(all: Rows): number[] {
  const first = new Map<string, string>()
  const lines: number[] = []
  for (const row of all) {
    if (row.kind !== 'completion' && row.kind !== 'words') continue
    const [text, label] = row.kind === 'words' ? [row.words.join(' '), row.labels.join(' ')] : [row.prompt.trim().toLowerCase(), row.completion]
    const before = first.get(text)
    if (before === undefined) first.set(text, label)
    else if (before !== label) lines.push(row.line)
  }
  return lines
}

/** Preference pairs whose two answers are one: they say nothing of what is better. */
function samePairs({ samePairs: lines = [] }: Dataset): DataCheck[] {
  const message = rows(lines.length, 'has one answer as the better and the worse; it is learned like the others.', 'have one answer as the better and the worse; they are learned like the others.')
  return lines.length === 0 ? [] : [{ kind: 'same-pairs', rows: lines.length, message, lines: lines.slice(0, SHOWN_LINES), remedies: [] }]
}

function labelCounts(train: Rows, validation: Rows): LabelCount[] {
  const counts = new Map<string, { train: number; validation: number }>()
  const count = (from: Rows, side: 'train' | 'validation'): void => {
    for (const row of from) {
      if (row.kind === 'text') continue
      for (const label of row.kind === 'words' ? row.labels : [(row.kind === 'completion' ? row.completion : (row.messages.at(-1)?.content ?? '')).trim()]) {
        const entry = counts.get(label) ?? { train: 0, validation: 0 }
        entry[side]++
        counts.set(label, entry)
      }
    }
  }
  count(train, 'train')
  count(validation, 'validation')
  return [...counts].map(([label, n]) => ({ label, ...n })).sort((a, b) => b.train - a.train || (a.label < b.label ? -1 : 1))
}

/** @param ofWords labels are those of words, most of which are nothing particular */
function unbalanced(given: readonly LabelCount[] | undefined, balance: 'repeat' | undefined, ofWords: boolean): DataCheck[] {
  const labels = (given ?? []).filter(({ label }) => !(ofWords && label === 'O'))
  const [most] = labels
  const rare = labels.filter((l) => most !== undefined && l.train * UNBALANCED <= most.train)
  if (!most || rare.length === 0) return []
  const least = rare.at(-1)!
  const unit = ofWords ? 'words' : 'rows'
  return [
    {
      kind: 'balance',
      rows: rare.reduce((n, l) => n + l.train, 0),
      message:
        balance === 'repeat'
          ? `The label “${most.label}” has ${most.train} ${unit} to train on, and “${least.label}” has ${least.train}, which are repeated.`
          : `The label “${most.label}” has ${most.train} ${unit} to train on, and “${least.label}” has ${least.train}: what is rare is learned least.`,
      lines: [],
      remedies: balance === 'repeat' ? [] : [{ kind: 'data', name: 'balance', value: 'repeat' }],
    },
  ]
}

function lengthsOf(all: readonly Example[]): { edges: number[]; counts: number[] } {
  const lengths = all.map((e) => e.uncut ?? e.ids.length)
  const longest = lengths.reduce((n, l) => Math.max(n, l), 1)
  const width = Math.max(1, Math.ceil(longest / BINS))
  const bins = Math.ceil(longest / width)
  const counts = new Array<number>(bins).fill(0)
  for (const length of lengths) counts[Math.max(0, Math.ceil(length / width) - 1)]++
  return { edges: Array.from({ length: bins }, (_, i) => (i + 1) * width), counts }
}

/** Labelled words that a model is to write out, one after another, where it could label each in its place. */
function unlabelled({ rows: all }: Dataset, { classes }: PrepareOptions): DataCheck[] {
  if (classes || all.at(0)?.kind !== 'words') return []
  const message = `${rows(all.length, 'holds words with a label each', 'hold words with a label each')}, and the model learns to write the labels one after another.`
  return [{ kind: 'written-labels', rows: all.length, message, lines: [], remedies: [{ kind: 'task', value: 'TOKEN_CLS' }] }]
}
