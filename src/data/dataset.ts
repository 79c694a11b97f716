// A dropped file (or several, or an archive of some) as rows: format found, columns recognised, problems collected by line.
// Rows are read as a stream and kept as bytes. Good rows are kept whatever the bad ones do; a dataset without one good row is
// a Fault that says why.
import { hex, utf8 } from '../lib/bytes.ts'
import { Sha256 } from '../lib/sha256.ts'
import { hashSource, type ByteSource } from '../files/byteSource.ts'
import type { DataRecipe } from '../protocol/dataRecipe.ts'
import { Fault } from '../protocol/failure.ts'
import type { RowProblem } from '../protocol/studio.ts'
import { sniffFormat, type RawRow } from './format.ts'
import { ProblemList } from './problemList.ts'
import { KNOWN_SHAPES, recogniser } from './recognise.ts'
import { joinRows, RowStore, type Rows } from './rows.ts'
import { partOf, unpack, type Part } from './unpack.ts'

const HEAD_ROWS = 8
/** Rows that are looked at before the columns are named. */
const SAMPLE_ROWS = 100

export interface Dataset {
  readonly name: string
  /** "JSON Lines, prompt/completion pairs". */
  readonly format: string
  readonly bytes: number
  readonly sha256: string
  readonly rows: Rows
  readonly problems: readonly RowProblem[]
  readonly problemCount: number
  /** All problems, by what was wrong. */
  readonly causes?: ProblemList['causes']
  /** First rows as they are in the file. */
  readonly head: readonly Readonly<Record<string, string>>[]
  /** What a typed prompt must end with to look like these rows, where there is no chat template. */
  readonly promptEnd: string
  readonly columns?: readonly string[]
  /** Completions are labels. */
  readonly labelled?: true
  /** Lines of preference pairs whose two answers are one. */
  readonly samePairs?: readonly number[]
  readonly notes?: readonly string[]
  /** The columns are no known kind of dataset, so there are no rows until they are mapped. */
  readonly isUnmapped?: true
  /** Rows given to be held out, instead of a share of `rows`. */
  readonly validation?: Rows
  /** Rows that are asked before and after training, so that none of them is trained on. */
  readonly asked?: Rows
  /** Other parts that an archive holds. */
  readonly parts?: Readonly<Partial<Record<Exclude<Part, 'train'>, Dataset>>>
}

export interface OpenOptions extends Pick<DataRecipe, 'mapping' | 'quotes'> {
  /** Columns of no known kind give a dataset without rows, to be mapped, instead of a Fault. */
  readonly mayBeUnmapped?: boolean
}

export async function openDataset(given: ByteSource | readonly ByteSource[], options: OpenOptions = {}): Promise<Dataset> {
  const sources = 'size' in given ? [given] : given
  const opened: Dataset[] = []
  for (const source of sources) opened.push(await openFile(source, options))
  return joinDatasets(opened)
}

/** Several as one, in order. */
export function joinDatasets(parts: readonly Dataset[], name?: string): Dataset {
  const [first] = parts
  if (!first) throw new Fault('bad-data', 'No file was given.', 'Choose a file with rows in it.')
  if (parts.length === 1) return { ...first, name: name ?? first.name }
  const problems = new ProblemList()
  // Lines of several files would be ambiguous, so a problem says its file.
  for (const part of parts) problems.take(part, part.name)
  const notes = [...new Set(parts.flatMap((p) => p.notes ?? []))]
  return {
    name: name ?? `${first.name} and ${parts.length - 1} more`,
    format: [...new Set(parts.map((p) => p.format))].join('; '),
    bytes: parts.reduce((n, p) => n + p.bytes, 0),
    sha256: hex(new Sha256().update(utf8(parts.map((p) => p.sha256).join('\n'))).digest()),
    rows: joinRows(parts.map((p) => p.rows)),
    ...problems.found,
    head: parts.flatMap((p) => p.head).slice(0, HEAD_ROWS),
    promptEnd: first.promptEnd,
    columns: [...new Set(parts.flatMap((p) => p.columns ?? []))],
    ...(parts.every((p) => p.labelled) && { labelled: true }),
    ...(parts.some((p) => p.samePairs) && { samePairs: parts.flatMap((p) => p.samePairs ?? []) }),
    ...(notes.length > 0 && { notes }),
    ...(parts.some((p) => p.isUnmapped) && { isUnmapped: true }),
  }
}

async function openFile(source: ByteSource, options: OpenOptions): Promise<Dataset> {
  if (source.size === 0) throw new Fault('bad-data', `${source.name} is empty.`, 'Choose a file with rows in it.')
  const inside = await unpack(source)
  if (inside.length === 1 && inside[0] === source) return openOne(source, options)
  const by: Record<Part, Dataset[]> = { train: [], validation: [], test: [] }
  const several = inside.length > 1
  for (const file of inside) by[several ? partOf(file.name) : 'train'].push(await openOne(file, options))
  // Without rows to train on, what there is is trained on.
  const main = (['train', 'validation', 'test'] as const).find((part) => by[part].length > 0)!
  const others = (['validation', 'test'] as const).filter((part) => part !== main && by[part].length > 0)
  return {
    ...joinDatasets(by[main], source.name),
    bytes: source.size,
    sha256: await hashSource(source),
    ...(others.length > 0 && { parts: Object.fromEntries(others.map((part) => [part, joinDatasets(by[part])])) }),
  }
}

async function openOne(source: ByteSource, { mapping, quotes, mayBeUnmapped = false }: OpenOptions): Promise<Dataset> {
  const format = await sniffFormat(source)
  const raw = format.rows(source, { ...(mapping?.header !== undefined && { header: mapping.header }), ...(quotes && { quotes }) })[Symbol.asyncIterator]()
  const waiting: RawRow[] = []
  let sampled = 0
  while (sampled < SAMPLE_ROWS) {
    const { value, done } = await raw.next()
    if (done) break
    waiting.push(value)
    if ('value' in value) sampled++
  }
  const values = waiting.flatMap((r) => ('value' in r ? [r.value] : []))
  // Columns of the first rows together: one row may lack a column, and rows need not agree on the order.
  const columns = [...new Set(values.flatMap((v) => Object.keys(v)))]
  const known = recogniser(columns, values, mapping)
  const shared = {
    name: source.name,
    bytes: source.size,
    sha256: await hashSource(source),
    head: values.slice(0, HEAD_ROWS).map((v) => Object.fromEntries(Object.entries(v).map(([k, cell]) => [k, shown(cell)]))),
    columns,
  }
  if (!known && values.length > 0) {
    if (mayBeUnmapped) return { ...shared, format: `${format.label}, columns of no known kind`, rows: [], problems: [], problemCount: 0, promptEnd: '', isUnmapped: true }
    throw new Fault(
      'bad-data',
      `${source.name} has the columns ${columns.slice(0, 12).join(', ')}, which are no known kind of dataset.`,
      `Say in the recipe’s data.mapping what they are, or rename them; known are: ${KNOWN_SHAPES}.`,
    )
  }
  const rows = new RowStore()
  const samePairs: number[] = []
  const problems = new ProblemList()
  const take = (r: RawRow): void => {
    if ('problem' in r) return problems.add({ line: r.line, reason: r.problem, ...(r.cause && { cause: r.cause }) })
    const read = known?.read(r.line, r.value)
    if (!read) return
    if (!('kind' in read)) return problems.add(read)
    rows.push(read)
    if (known?.isSamePair?.(r.value)) samePairs.push(r.line)
  }
  waiting.forEach(take)
  waiting.length = 0
  for (let next = await raw.next(); !next.done; next = await raw.next()) take(next.value)
  const { found } = problems
  const [worst] = found.problems
  if (rows.length === 0)
    throw new Fault(
      'bad-data',
      worst ? `${source.name} has no usable row: line ${worst.line}: ${worst.reason}` : `${source.name} has no rows.`,
      'Correct the file and drop it again.',
      found.problems.map((p) => `line ${p.line}: ${p.reason}`).join('\n'),
    )
  return {
    ...shared,
    format: `${format.label}, ${known?.label ?? 'plain texts'}`,
    rows,
    ...found,
    promptEnd: known?.promptEnd ?? '',
    ...(known?.labelled && { labelled: true }),
    ...(samePairs.length > 0 && { samePairs }),
    ...(known?.note !== undefined && { notes: [known.note] }),
  }
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
