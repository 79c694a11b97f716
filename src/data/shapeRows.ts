// The rows that are trained on and held out, as a recipe asks: doubles and leaks left out, split by share or by given files,
// rare labels repeated, and what the model is told before every row. A pure function of data and recipe.
import type { DataRecipe } from '../protocol/dataRecipe.ts'
import type { Dataset } from './dataset.ts'
import { fingerprints } from './fingerprints.ts'
import { asWritten, labelOf, rowKey, type Row } from './row.ts'
import { ChosenRows, type Rows } from './rows.ts'
import { splitRows } from './split.ts'

export interface ShapeOptions {
  readonly data: DataRecipe & { readonly validation: number }
  readonly seed: number
  /** The model has a chat template, so that what it is told is a turn of its own. */
  readonly isTemplated: boolean
}
export interface Shaped {
  readonly train: Rows
  readonly validation: Rows
  /** Held-out rows are those of a given file. */
  readonly isGiven: boolean
  /** Lines of training rows that say what an earlier one says, whether or not they were dropped. */
  readonly duplicates: readonly number[]
  /** Lines of training rows that are also held out or asked, whether or not they were dropped. */
  readonly leaks: readonly number[]
}

/** A label's rows come at most this often. */
const MOST_REPEATS = 20

export function shapeRows(dataset: Dataset, { data, seed, isTemplated }: ShapeOptions): Shaped {
  const drop = new Set(data.drop)
  const given = dataset.validation
  const all = dataset.rows
  const doubles = duplicatesIn(all)
  const kept = drop.has('duplicates') ? without(all.length, doubles) : undefined
  const split = given ? { train: kept ? new ChosenRows(all, kept) : all, validation: given } : splitRows(all, data.validation, data.splitSeed ?? seed, kept)
  const outside = new Set<number>()
  for (const rows of [given, dataset.asked]) if (rows) for (const print of fingerprints(rows).loose) outside.add(print)
  const leaks = outside.size === 0 ? [] : leaksIn(split.train, outside)
  let { train } = split
  if (drop.has('leaks') && leaks.length > 0) train = new ChosenRows(train, without(train.length, leaks))
  const leakLines = leaks.map((i) => split.train.at(i)!.line)
  if (data.balance === 'repeat' && dataset.labelled) train = balanced(train)
  const told = (rows: Rows): Rows => (data.systemPrompt === undefined || data.systemPrompt.trim() === '' ? rows : rowsTold(rows, data.systemPrompt, isTemplated))
  return { train: told(train), validation: told(split.validation), isGiven: given !== undefined, duplicates: doubles.map((i) => all.at(i)!.line), leaks: leakLines }
}

/** Of a million rows they take a second, and a change of the recipe changes none of them. */
const knownDuplicates = new WeakMap<Rows, { readonly of: number; readonly found: readonly number[] }>()

/** Numbers of rows that say exactly what an earlier one says. */
function duplicatesIn(rows: Rows): readonly number[] {
  const before = knownDuplicates.get(rows)
  if (before?.of === rows.length) return before.found
  const { exact } = fingerprints(rows)
  const first = new Map<number, number>()
  const found: number[] = []
  exact.forEach((print, i) => {
    const earlier = first.get(print)
    if (earlier === undefined) first.set(print, i)
    // Different texts may share a fingerprint, however rarely.
    else if (rowKey(rows.at(earlier)!) === rowKey(rows.at(i)!)) found.push(i)
  })
  knownDuplicates.set(rows, { of: rows.length, found })
  return found
}

function leaksIn(rows: Rows, outside: ReadonlySet<number>): number[] {
  const { loose } = fingerprints(rows)
  const found: number[] = []
  loose.forEach((print, i) => {
    if (outside.has(print)) found.push(i)
  })
  return found
}

function without(count: number, dropped: readonly number[]): number[] {
  const out = new Set(dropped)
  return Array.from({ length: count }, (_, i) => i).filter((i) => !out.has(i))
}

/** Every label as often as the most frequent, by going through its rows again and again; new rows stand at the end. Of labelled words a row counts for the rarest label in it. */
function balanced(rows: Rows): Rows {
  const counts = new Map<string, number>()
  for (const row of rows) if (row.kind === 'words') for (const label of row.labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  const byLabel = new Map<string, number[]>()
  let i = 0
  for (const row of rows) {
    const label = labelOf(row, counts) ?? ''
    const list = byLabel.get(label)
    if (list) list.push(i)
    else byLabel.set(label, [i])
    i++
  }
  const most = Math.max(0, ...[...byLabel.values()].map((list) => list.length))
  const numbers = Array.from({ length: rows.length }, (_, n) => n)
  for (const list of byLabel.values()) {
    const wanted = Math.min(most, MOST_REPEATS * list.length)
    for (let n = list.length; n < wanted; n++) numbers.push(list[n % list.length])
  }
  return new ChosenRows(rows, numbers)
}

/** A row after what the model is told; a row with a system turn of its own keeps that. */
export function toldRow(row: Row, system: string, isTemplated: boolean): Row {
  switch (row.kind) {
    case 'text':
      return row
    case 'words':
      return toldRow(asWritten(row), system, isTemplated)
    case 'chat':
      return row.messages[0]?.role === 'system' ? row : { ...row, messages: [{ role: 'system', content: system }, ...row.messages] }
    case 'completion':
      if (!isTemplated) return { ...row, prompt: `${system.trimEnd()}\n${row.prompt}` }
      return {
        line: row.line,
        kind: 'chat',
        messages: [
          { role: 'system', content: system },
          { role: 'user', content: row.prompt.trim() },
          { role: 'assistant', content: row.completion.trim() },
        ],
      }
    default:
      return row satisfies never
  }
}

function rowsTold(rows: Rows, system: string, isTemplated: boolean): Rows {
  const tell = (row: Row): Row => toldRow(row, system, isTemplated)
  return {
    length: rows.length,
    at(index) {
      const row = rows.at(index)
      return row && tell(row)
    },
    map: (read) => rows.map((row, i) => read(tell(row), i)),
    *[Symbol.iterator]() {
      for (const row of rows) yield tell(row)
    },
  }
}
