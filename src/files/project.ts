// A run as one zip: what it was asked for, what it said, what it made, and where it stood, so that it opens anywhere and goes on to the
// same bytes. Every file's hash stands in project.json; whatever enters is checked against it, and field by field. Both ways are streams:
// of a project's files none is ever whole in memory but the small ones.
import { fromUtf8, hex, utf8 } from '../lib/bytes.ts'
import { isRecord } from '../protocol/record.ts'
import { sha256, Sha256 } from '../lib/sha256.ts'
import type { Metric, RunEvent } from '../protocol/event.ts'
import { Fault } from '../protocol/failure.ts'
import { nestsDeeper } from '../protocol/nesting.ts'
import { isPlan, readEvents } from '../protocol/readEvents.ts'
import { readRecipe } from '../protocol/recipe.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { ByteSource } from './byteSource.ts'
import { openZip, streamedBytes, wholeOf, type StreamedFile, type ZipEntry } from './zip.ts'

export type ProjectFile = StreamedFile & { readonly sha256: string }
type Files = ReadonlyMap<string, ProjectFile>

interface Parts {
  readonly run: RunRecord
  /** Empty where the run has saved none. */
  readonly adapter: Files
  /** Its data files by their keys; empty where only their hash goes along. */
  readonly data: Files
  readonly checkpoint?: { readonly step: number; readonly parts: Files }
}
export interface Project extends Parts {
  readonly events: readonly RunEvent[]
}
export interface OpenProject extends Parts {
  /** What the run said, some lines at a time; at the end a Fault, where it is not what was saved. */
  events(): AsyncIterable<readonly RunEvent[]>
}

const VERSION = 1
const FOLDERS = ['adapter', 'data', 'checkpoint'] as const
/** Of the files that are read whole. */
const MOST_BYTES = 64 * 2 ** 20
/** No disk of a browser holds more; that there is room for it is asked before anything is written. */
const MOST_PROJECT_BYTES = 2 ** 40
const LONGEST_LINE = 64 * 2 ** 20

const named = (bytes: Uint8Array): ProjectFile => ({ ...streamedBytes(bytes), sha256: sha256(bytes) })

export function projectFiles({ run, events, adapter, data, checkpoint }: Project): Map<string, StreamedFile> {
  const files = new Map<string, ProjectFile>([
    ['recipe.json', named(utf8(JSON.stringify(run.recipe, null, 2)))],
    ['metrics.jsonl', named(utf8(events.map((e) => `${JSON.stringify(e)}\n`).join('')))],
  ])
  const folders: Readonly<Record<(typeof FOLDERS)[number], Files>> = { adapter, data, checkpoint: checkpoint?.parts ?? new Map() }
  for (const folder of FOLDERS) for (const [name, file] of folders[folder]) files.set(`${folder}/${name}`, file)
  const hashes = Object.fromEntries([...files].map(([path, file]) => [path, file.sha256]))
  const list = { tunesmith: 'project', version: VERSION, run, ...(checkpoint && { checkpointStep: checkpoint.step }), sha256: hashes }
  return new Map<string, StreamedFile>([...files, ['project.json', streamedBytes(utf8(JSON.stringify(list, null, 2)))]])
}

const wrong = (found: string): Fault => new Fault('bad-file', `This project file cannot be opened: ${found}`, 'Export the project again, and open the new file.')

export async function openProject(zip: ByteSource): Promise<OpenProject> {
  const entries = new Map((await openZip(zip, MOST_PROJECT_BYTES)).map((entry) => [entry.name, entry]))
  const list = entries.get('project.json')
  if (!list) throw wrong('it has no project.json.')
  if (list.size > MOST_BYTES) throw wrong('its project.json is too long.')
  let json: unknown
  try {
    json = JSON.parse(fromUtf8(await wholeOf(list)))
  } catch (error) {
    throw error instanceof Fault ? error : wrong('its project.json is no JSON.')
  }
  if (!isRecord(json) || nestsDeeper(json) || json['tunesmith'] !== 'project' || !isRecord(json['run']) || !isRecord(json['sha256'])) throw wrong('its project.json is not one of Tunesmith’s.')
  if (json['version'] !== VERSION) throw wrong(`it is of version ${JSON.stringify(json['version'])}, and this studio knows ${VERSION}.`)
  const hashes = json['sha256']
  for (const path of entries.keys()) if (path !== 'project.json' && !Object.hasOwn(hashes, path)) throw wrong(`${path} is not in its list.`)
  const missing = Object.keys(hashes).find((path) => !entries.has(path))
  if (missing !== undefined) throw wrong(`${missing} is missing.`)
  const hashed = (entry: ZipEntry): ProjectFile => ({ ...entry, sha256: String(hashes[entry.name]) })
  const inside = (folder: string): Map<string, ProjectFile> => {
    const found = [...entries.values()].filter(({ name }) => name.startsWith(`${folder}/`)).map((entry) => [entry.name.slice(folder.length + 1), hashed(entry)] as const)
    const odd = found.find(([name]) => name.includes('/'))
    if (odd) throw wrong(`${odd[0]} lies deeper than a project’s files do.`)
    return new Map(found)
  }
  const [adapter, data, parts] = [inside('adapter'), inside('data'), inside('checkpoint')]
  const step = json['checkpointStep']
  const hasCheckpoint = parts.size > 0 && Number.isSafeInteger(step) && (step as number) >= 0
  const { checkpointStep: _step, ...run } = readRun(json['run'])
  const metrics = entries.get('metrics.jsonl')
  return {
    run: { ...run, hasAdapter: adapter.size > 0, ...(hasCheckpoint && { checkpointStep: step as number }) },
    async *events() {
      if (metrics) for await (const lines of linesOf(hashed(metrics))) yield readEvents(lines)
    },
    adapter,
    data,
    ...(hasCheckpoint && { checkpoint: { step: step as number, parts } }),
  }
}

/** The lines of each piece of a file; at the end a Fault, where it is not what was saved. */
async function* linesOf({ stream, sha256: expected }: ProjectFile): AsyncGenerator<string[]> {
  const sum = new Sha256()
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream()) {
    sum.update(chunk)
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop()!
    if (rest.length > LONGEST_LINE) throw wrong('a line of its metrics.jsonl has no end.')
    yield lines
  }
  if (hex(sum.digest()) !== expected) throw wrong('metrics.jsonl is not what was saved.')
  yield [rest + decoder.decode()]
}

function readRun(json: Readonly<Record<string, unknown>>): RunRecord {
  const { id, createdAt, step, status, lastLoss, plan, scores } = json
  if (typeof id !== 'string' || !/^[\w-]{1,80}$/.test(id)) throw wrong('its run has no proper id.')
  if (!Number.isSafeInteger(step) || (step as number) < 0 || !Number.isFinite(createdAt)) throw wrong('its run does not say when it began and how far it came.')
  const states = ['stopped', 'done', 'failed'] as const
  const number = (v: unknown): v is number => typeof v === 'number' && Number.isFinite(v)
  const { metric, before, after } = isRecord(scores) ? scores : {}
  const metrics: readonly Metric[] = ['exact_match', 'accuracy', 'f1']
  const known = metrics.find((m) => m === metric)
  return {
    id,
    recipe: readRecipe(json['recipe']),
    createdAt: createdAt as number,
    // What trained where it was saved does not train here.
    status: states.find((s) => s === status) ?? 'stopped',
    step: step as number,
    ...(number(lastLoss) && { lastLoss }),
    ...(isPlan(plan) && { plan: plan as NonNullable<RunRecord['plan']> }),
    ...(isRecord(scores) && { scores: { ...(known && { metric: known }), ...(number(before) && { before }), ...(number(after) && { after }) } }),
    hasAdapter: false,
  }
}
