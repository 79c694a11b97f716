// Rows of a text and a label as examples whose target is a class. The mask of examples.ts marks tokens to be predicted; here
// the target of a place is given outright, because no token is.
import type { RowProblem } from '../protocol/studio.ts'
import { IGNORED } from './batches.ts'
import { classInput, rowTexts, type InputOptions } from './classInput.ts'
import type { Example } from './examples.ts'
import type { Row } from './row.ts'
import type { Tokenizer } from './tokenizer.ts'

export interface ClassOptions extends InputOptions {
  /** Names, by class. */
  readonly labels: readonly string[]
  /** Whose state stands for the whole text. */
  readonly pooled: 'first' | 'last'
}

/** One example a row; a row without a known label becomes a problem. */
export function makeClassExamples(rows: Iterable<Row>, tokenizer: Tokenizer, { labels, pooled, ...options }: ClassOptions): { examples: Example[]; problems: RowProblem[] } {
  const classes = new Map(labels.map((label, i) => [label, i]))
  const examples: Example[] = []
  const problems: RowProblem[] = []
  for (const row of rows) {
    const label = row.kind === 'completion' ? row.completion.trim() : undefined
    const target = label === undefined ? undefined : classes.get(label)
    if (row.kind !== 'completion' || target === undefined) {
      problems.push({ line: row.line, reason: label === undefined ? 'has no label.' : `has the label ${JSON.stringify(label)}, which no training row has.` })
      continue
    }
    const { ids, types, truncated, uncut } = classInput(rowTexts(row), tokenizer, options)
    if (ids.length === 0) {
      problems.push({ line: row.line, reason: 'has no text.', cause: 'empty' })
      continue
    }
    const targets = new Int32Array(ids.length).fill(IGNORED)
    targets[pooled === 'first' ? 0 : ids.length - 1] = target
    examples.push({ ids, mask: new Uint8Array(ids.length), truncated, uncut, targets, ...(types && { types }) })
  }
  return { examples, problems }
}
