// The data that is open for training: one dataset, or one for each task of a recipe. Its files are kept with a run, so that
// the run can go on after a reload.
import { joinDatasets, type Dataset } from '../data/dataset.ts'
import { openParts, type PartSources } from '../data/openParts.ts'
import { bytesSource, type ByteSource } from '../files/byteSource.ts'
import { fromUtf8, utf8 } from '../lib/bytes.ts'
import type { DataRecipe } from '../protocol/dataRecipe.ts'
import { Fault } from '../protocol/failure.ts'
import type { DatasetInfo } from '../protocol/studio.ts'
import type { Task } from '../protocol/tasks.ts'
import type { TaskData } from '../train/runData.ts'

export interface OpenedPart {
  /** Of the task; absent for a single dataset. */
  readonly name?: string
  /** Sample id or file name. */
  readonly id: string
  /** What a sample is called. */
  readonly title?: string
  readonly train: ByteSource
  readonly test: ByteSource | undefined
  /** Rows that are held out, where they are given. */
  readonly validation?: ByteSource
  /** How the file was asked to be read. */
  readonly reading: string
  readonly dataset: Dataset
  readonly testSet: Dataset | undefined
}
export interface OpenedData {
  readonly parts: readonly OpenedPart[]
  /** All of it. */
  readonly dataset: Dataset
  /** Of a single dataset. */
  readonly testSet: Dataset | undefined
  readonly tasks?: readonly TaskData[]
}
type Found = PartSources
type Reading = Pick<DataRecipe, 'mapping' | 'quotes'>

const readingKey = ({ mapping, quotes }: Reading): string => JSON.stringify([mapping, quotes])

async function openPart(id: string, { train, validation, test }: Found, { mapping, quotes }: Reading, name?: string): Promise<OpenedPart> {
  const { dataset, test: testSet } = await openParts({ train, validation, test }, { mayBeUnmapped: name === undefined, ...(mapping && { mapping }), ...(quotes && { quotes }) })
  return { id, train, test, ...(validation && { validation }), dataset, testSet, reading: readingKey({ ...(mapping && { mapping }), ...(quotes && { quotes }) }), ...(name !== undefined && { name }) }
}

function joined(parts: readonly OpenedPart[]): OpenedData {
  const tasks = parts.flatMap(({ name, dataset, testSet }): TaskData[] => (name === undefined ? [] : [{ name, dataset, test: testSet }]))
  if (tasks.length === 0) return { parts, dataset: parts[0].dataset, testSet: parts[0].testSet }
  return { parts, dataset: joinDatasets(parts.map((p) => p.dataset), tasks.map((t) => t.name).join(', ')), testSet: undefined, tasks }
}

/** @param title what it is called, where that is not the file's name */
export const openOne = async (id: string, found: Found, reading: Reading = {}, title?: string): Promise<OpenedData> =>
  joined([{ ...(await openPart(id, found, reading)), ...(title !== undefined && { title }) }])

/** The same data, read again where a single dataset is now to be read in another way. */
export async function readAs(open: OpenedData, reading: Reading): Promise<OpenedData> {
  const [part] = open.parts
  return open.tasks || part.reading === readingKey(reading) ? open : openOne(part.id, part, reading, part.title)
}

/** Throws a `bad-data` Fault while the columns of a dataset have no meaning. */
export function requireMapped({ dataset }: OpenedData): void {
  if (dataset.isUnmapped) throw new Fault('bad-data', `${dataset.name} has the columns ${(dataset.columns ?? []).slice(0, 12).join(', ')}, which are no known kind of dataset.`, 'Say what each column is.')
}

/** @param find the files of a task; undefined where they must be open already */
export async function openTasks(tasks: readonly Task[], open: OpenedData | undefined, find: (task: Task) => Promise<Found | undefined>): Promise<OpenedData> {
  if (tasks.length === 0) throw new Fault('bad-data', 'The recipe names no task.', 'Add a dataset.')
  const parts: OpenedPart[] = []
  for (const task of tasks) {
    const found = await find(task)
    const known = found ? undefined : open?.parts.find((p) => p.name === task.name && p.id === task.id)
    if (!found && !known) throw new Fault('bad-data', `The file ${task.id} of the task “${task.name}” is not open.`, 'Drop it again.')
    parts.push(known ?? (await openPart(task.id, found!, {}, task.name)))
  }
  return joined(parts)
}

/** Several datasets' descriptions as one, with a line for each task. */
export function joinInfos(infos: readonly DatasetInfo[], { dataset, tasks = [] }: OpenedData): DatasetInfo {
  const sum = (of: (info: DatasetInfo) => number): number => infos.reduce((n, info) => n + of(info), 0)
  return {
    name: dataset.name,
    format: dataset.format,
    bytes: dataset.bytes,
    rows: sum((i) => i.rows),
    testRows: sum((i) => i.testRows),
    problems: infos.flatMap((info, i) => info.problems.map((p) => ({ ...p, reason: `${tasks[i].name}: ${p.reason}` }))).slice(0, 200),
    problemCount: sum((i) => i.problemCount),
    head: dataset.head,
    examples: infos.flatMap((i) => i.examples.slice(0, 2)),
    trainedTokens: sum((i) => i.trainedTokens),
    totalTokens: sum((i) => i.totalTokens),
    longest: Math.max(...infos.map((i) => i.longest)),
    truncated: sum((i) => i.truncated),
    tasks: infos.map(({ format, rows, testRows, trainedTokens }, i) => ({ name: tasks[i].name, format, rows, testRows, trainedTokens })),
  }
}

interface Names {
  readonly id: string
  readonly train: string
  readonly test?: string
  readonly validation?: string
  readonly name?: string
}

/** Keys of a part's files: a single dataset's have no number. */
const keysOf = (i: number, several: boolean): { train: string; test: string; validation: string } => {
  const end = several ? `-${i + 1}` : ''
  return { train: `train${end}`, test: `test${end}`, validation: `validation${end}` }
}

/** What a run needs to go on, by key. */
export async function inputsOf({ parts, tasks }: OpenedData): Promise<Map<string, Uint8Array>> {
  const names = parts.map(({ name, id, train, test, validation }): Names => ({ id, train: train.name, ...(test && { test: test.name }), ...(validation && { validation: validation.name }), ...(name !== undefined && { name }) }))
  const inputs = new Map([['names.json', utf8(JSON.stringify(tasks ? names : names[0]))]])
  for (const [i, { train, test, validation }] of parts.entries()) {
    const keys = keysOf(i, tasks !== undefined)
    inputs.set(keys.train, (await train.read(0, train.size)) as Uint8Array<ArrayBuffer>)
    if (test) inputs.set(keys.test, (await test.read(0, test.size)) as Uint8Array<ArrayBuffer>)
    if (validation) inputs.set(keys.validation, (await validation.read(0, validation.size)) as Uint8Array<ArrayBuffer>)
  }
  return inputs
}

/** @param reading how the run read its single dataset */
export async function openInputs(inputs: ReadonlyMap<string, Uint8Array>, reading: Reading = {}): Promise<OpenedData> {
  const names = JSON.parse(fromUtf8(inputs.get('names.json')!)) as Names | readonly Names[]
  const several = Array.isArray(names)
  const parts: OpenedPart[] = []
  for (const [i, { id, name, ...file }] of ([names].flat() as Names[]).entries()) {
    const keys = keysOf(i, several)
    const source = (key: 'test' | 'validation'): ByteSource | undefined => {
      const bytes = inputs.get(keys[key])
      return bytes && bytesSource(bytes, file[key] ?? key)
    }
    parts.push(await openPart(id, { train: bytesSource(inputs.get(keys.train)!, file.train), validation: source('validation'), test: source('test') }, several ? {} : reading, name))
  }
  return joined(parts)
}
