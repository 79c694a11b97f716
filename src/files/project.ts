// A run as one zip: what it was asked for, what it said, what it made, and where it stood, so that it opens anywhere and goes on to the
// same bytes. Every file's hash stands in project.json; whatever enters is checked against it, and field by field.
import { fromUtf8, hex, utf8 } from '../lib/bytes.ts'
import { isRecord } from '../lib/record.ts'
import type { Metric, RunEvent } from '../protocol/event.ts'
import { Fault } from '../protocol/failure.ts'
import { nestsDeeper } from '../protocol/nesting.ts'
import { isPlan, readEvents } from '../protocol/readEvents.ts'
import { readRecipe } from '../protocol/recipe.ts'
import type { RunRecord } from '../protocol/studio.ts'

type Files = ReadonlyMap<string, Uint8Array>

export interface Project {
  readonly run: RunRecord
  readonly events: readonly RunEvent[]
  /** Empty where the run has saved none. */
  readonly adapter: Files
  /** Its data files by their keys; empty where only their hash goes along. */
  readonly data: Files
  readonly checkpoint?: { readonly step: number; readonly parts: Files }
}

const VERSION = 1
const FOLDERS = ['adapter', 'data', 'checkpoint'] as const
const sha256 = async (bytes: Uint8Array): Promise<string> => hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)))

export async function projectFiles({ run, events, adapter, data, checkpoint }: Project): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>([
    ['recipe.json', utf8(JSON.stringify(run.recipe, null, 2))],
    ['metrics.jsonl', utf8(events.map((e) => `${JSON.stringify(e)}\n`).join(''))],
  ])
  const folders: Readonly<Record<(typeof FOLDERS)[number], Files>> = { adapter, data, checkpoint: checkpoint?.parts ?? new Map() }
  for (const folder of FOLDERS) for (const [name, bytes] of folders[folder]) files.set(`${folder}/${name}`, bytes)
  const hashes = Object.fromEntries(await Promise.all([...files].map(async ([path, bytes]) => [path, await sha256(bytes)] as const)))
  files.set('project.json', utf8(JSON.stringify({ tunesmith: 'project', version: VERSION, run, ...(checkpoint && { checkpointStep: checkpoint.step }), sha256: hashes }, null, 2)))
  return files
}

export async function readProject(files: Files): Promise<Project> {
  const wrong = (found: string): Fault => new Fault('bad-file', `This project file cannot be opened: ${found}`, 'Export the project again, and open the new file.')
  const text = files.get('project.json')
  if (!text) throw wrong('it has no project.json.')
  let json: unknown
  try {
    json = JSON.parse(fromUtf8(text))
  } catch {
    throw wrong('its project.json is no JSON.')
  }
  if (!isRecord(json) || nestsDeeper(json) || json['tunesmith'] !== 'project' || !isRecord(json['run']) || !isRecord(json['sha256'])) throw wrong('its project.json is not one of Tunesmith’s.')
  if (json['version'] !== VERSION) throw wrong(`it is of version ${JSON.stringify(json['version'])}, and this studio knows ${VERSION}.`)
  const hashes = json['sha256']
  for (const [path, bytes] of files) {
    if (path === 'project.json') continue
    if (!Object.hasOwn(hashes, path)) throw wrong(`${path} is not in its list.`)
    if (hashes[path] !== (await sha256(bytes))) throw wrong(`${path} is not what was saved.`)
  }
  const missing = Object.keys(hashes).find((path) => !files.has(path))
  if (missing !== undefined) throw wrong(`${missing} is missing.`)
  const inside = (folder: string): Map<string, Uint8Array> => {
    const found = [...files].filter(([path]) => path.startsWith(`${folder}/`)).map(([path, bytes]) => [path.slice(folder.length + 1), bytes] as const)
    const odd = found.find(([name]) => name.includes('/'))
    if (odd) throw wrong(`${odd[0]} lies deeper than a project’s files do.`)
    return new Map(found)
  }
  const [adapter, data, parts] = FOLDERS.map(inside)
  const step = json['checkpointStep']
  const hasCheckpoint = parts.size > 0 && Number.isSafeInteger(step) && (step as number) >= 0
  const run = readRun(json['run'], wrong)
  const { checkpointStep: _step, ...rest } = run
  return {
    run: { ...rest, hasAdapter: adapter.size > 0, ...(hasCheckpoint && { checkpointStep: step as number }) },
    events: readEvents(fromUtf8(files.get('metrics.jsonl') ?? new Uint8Array()).split('\n')),
    adapter,
    data,
    ...(hasCheckpoint && { checkpoint: { step: step as number, parts } }),
  }
}

function readRun(json: Readonly<Record<string, unknown>>, wrong: (found: string) => Fault): RunRecord {
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
