// The classes of a dataset whose rows are texts with labels: every label that occurs, in an order that files do not change.
import { Fault } from '../protocol/failure.ts'
import type { Row } from './row.ts'

/** More than this is text to be written, not a class to be chosen. */
const MOST = 1000
const LONGEST = 100

/** Labels of rows; numbers in their order, everything else by text. */
export function labelsOf(rows: Iterable<Row>, name: string): string[] {
  const found = new Set<string>()
  for (const row of rows) if (row.kind === 'completion') found.add(row.completion.trim())
  return classesIn(found, name)
}

/** Labels of labelled words, in the same order. */
export function wordLabelsOf(rows: Iterable<Row>, name: string): string[] {
  const found = new Set<string>()
  for (const row of rows) if (row.kind === 'words') for (const label of row.labels) found.add(label)
  if (found.size === 0) throw new Fault('bad-data', `${name} has no words with labels.`, 'Use rows of two lists, words and their labels, or CoNLL text; or predict one label for a text.')
  return classesIn(found, name)
}

function classesIn(found: ReadonlySet<string>, name: string): string[] {
  const refuse = (why: string): never => {
    throw new Fault('bad-data', `${name} cannot be sorted into classes: ${why}.`, 'Use rows of a text and a label, or let the model write its answers.')
  }
  if (found.size < 2) refuse(found.size === 0 ? 'no row has a text and a label' : `the only label is ${JSON.stringify([...found][0])}`)
  if (found.size > MOST) refuse(`it has ${found.size} different labels, and at most ${MOST} make classes`)
  const long = [...found].find((label) => label.length > LONGEST)
  if (long !== undefined) refuse(`the label ${JSON.stringify(`${long.slice(0, 40)}…`)} is longer than ${LONGEST} characters`)
  const numeric = [...found].every((label) => label !== '' && Number.isFinite(Number(label)))
  return [...found].toSorted((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0))
}
