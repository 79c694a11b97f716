// A dropped file (or several) as rows: format found, columns recognised, problems collected by line. Good rows are
// kept whatever the bad ones do; a dataset without one good row is a Fault that says why.
import { hex, utf8 } from '../lib/bytes.ts'
import { Sha256 } from '../lib/sha256.ts'
import { hashSource, type ByteSource } from '../files/byteSource.ts'
import { Fault } from '../protocol/failure.ts'
import type { RowProblem } from '../protocol/studio.ts'
import { sniffFormat, type RawRow } from './format.ts'
import { KNOWN_SHAPES, recogniser } from './recognise.ts'
import type { Row } from './row.ts'

/** Problems kept; the rest is only counted. */
const MAX_PROBLEMS = 200
const HEAD_ROWS = 8

export interface Dataset {
  readonly name: string
  /** "JSON Lines, prompt/completion pairs". */
  readonly format: string
  readonly bytes: number
  readonly sha256: string
  readonly rows: readonly Row[]
  readonly problems: readonly RowProblem[]
  readonly problemCount: number
  /** First rows as they are in the file. */
  readonly head: readonly Readonly<Record<string, string>>[]
  /** What a typed prompt must end with to look like these rows, where there is no chat template. */
  readonly promptEnd: string
}

export async function openDataset(given: ByteSource | readonly ByteSource[]): Promise<Dataset> {
  const sources = 'size' in given ? [given] : given
  const parts: Dataset[] = []
  for (const source of sources) parts.push(await openOne(source))
  return joinDatasets(parts)
}

/** Several as one, in order. */
export function joinDatasets(parts: readonly Dataset[], name?: string): Dataset {
  const [first] = parts
  if (!first) throw new Fault('bad-data', 'No file was given.', 'Choose a file with rows in it.')
  if (parts.length === 1) return { ...first, name: name ?? first.name }
  // Lines of several files would be ambiguous, so a problem says its file.
  const problems = parts.flatMap((p) => p.problems.map((q) => ({ ...q, reason: `${p.name}: ${q.reason}` })))
  return {
    name: name ?? `${first.name} and ${parts.length - 1} more`,
    format: [...new Set(parts.map((p) => p.format))].join('; '),
    bytes: parts.reduce((n, p) => n + p.bytes, 0),
    sha256: hex(new Sha256().update(utf8(parts.map((p) => p.sha256).join('\n'))).digest()),
    rows: parts.flatMap((p) => p.rows),
    problems: problems.slice(0, MAX_PROBLEMS),
    problemCount: parts.reduce((n, p) => n + p.problemCount, 0),
    head: parts.flatMap((p) => p.head).slice(0, HEAD_ROWS),
    promptEnd: first.promptEnd,
  }
}

async function openOne(source: ByteSource): Promise<Dataset> {
  const format = await sniffFormat(source)
  const raw: RawRow[] = []
  for await (const row of format.rows(source)) raw.push(row)
  const values = raw.filter((r) => 'value' in r)
  // Columns of the first rows together: one row may lack a column, and rows need not agree on the order.
  const columns = [...new Set(values.slice(0, 100).flatMap((r) => Object.keys(r.value)))]
  const known = recogniser(columns)
  if (!known && values.length > 0)
    throw new Fault(
      'bad-data',
      `${source.name} has the columns ${columns.slice(0, 12).join(', ')}, which are no known kind of dataset.`,
      `Rename its columns; known are: ${KNOWN_SHAPES}.`,
    )
  const rows: Row[] = []
  const problems: RowProblem[] = []
  for (const r of raw) {
    const read = 'problem' in r ? { line: r.line, reason: r.problem } : known?.read(r.line, r.value)
    if (!read) continue
    if ('kind' in read) rows.push(read)
    else problems.push(read)
  }
  const [worst] = problems
  if (rows.length === 0)
    throw new Fault(
      'bad-data',
      worst ? `${source.name} has no usable row: line ${worst.line}: ${worst.reason}` : `${source.name} has no rows.`,
      'Correct the file and drop it again.',
      problems
        .slice(0, MAX_PROBLEMS)
        .map((p) => `line ${p.line}: ${p.reason}`)
        .join('\n'),
    )
  return {
    name: source.name,
    format: `${format.label}, ${known?.label ?? 'plain texts'}`,
    bytes: source.size,
    sha256: await hashSource(source),
    rows,
    problems: problems.slice(0, MAX_PROBLEMS),
    problemCount: problems.length,
    head: values.slice(0, HEAD_ROWS).map((r) => Object.fromEntries(Object.entries(r.value).map(([k, v]) => [k, shown(v)]))),
    promptEnd: known?.promptEnd ?? '',
  }
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
