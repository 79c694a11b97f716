// What a person would want back after a reload: the recipe as it stands, the chosen files, the prompt and the answers to it, how models
// answer, the runs that are looked at, and how. Plain JSON; what is stored is read back field by field, since anybody may have written it.
import type { AdapterUse } from '../protocol/adapters.ts'
import { isRecord, type JsonObject } from '../protocol/record.ts'
import { readRecipe, type Recipe } from '../protocol/recipe.ts'
import { firstSampling, MOST_COMPARED, type AppState, type Asked, type Reply, type Sampling } from './appState.ts'
import { readViews, type Views } from './views.ts'

const VERSION = 1
/** Of a prompt, and of an answer. */
const LONGEST = 100_000

export interface Desk {
  readonly recipe?: Recipe
  readonly sampling?: Sampling
  readonly prompt?: string
  /** The last question, and its answers as text. */
  readonly asked?: Asked
  readonly uses?: readonly AdapterUse[]
  readonly runId?: string
  readonly compared: readonly string[]
  readonly views?: Views
  /** Names the chosen files where they are kept. */
  readonly files?: string
}

/** As text. A recipe that cannot be used yet, because somebody is typing in it, leaves the one before. */
export function deskText(s: AppState, before: Desk = { compared: [] }): string {
  const { sampling, prompt, asked, chosenUses, runId, compared, views, keptFiles } = s
  const found = usable(s.recipe) ?? before.recipe
  const desk: Desk = {
    ...(found && { recipe: found }),
    sampling,
    ...(prompt !== undefined && { prompt: prompt.slice(0, LONGEST) }),
    ...(asked && { asked: spoken(asked) }),
    ...(chosenUses && { uses: chosenUses }),
    ...(runId !== undefined && { runId }),
    compared: compared.map(({ id }) => id),
    views,
    ...(keptFiles !== undefined && { files: keptFiles }),
  }
  return JSON.stringify({ version: VERSION, ...desk })
}

/** Undefined where there is none, or none that this version knows. */
export function readDesk(text: string | null): Desk | undefined {
  const json = parsed(text)
  if (json?.['version'] !== VERSION) return undefined
  const { recipe, sampling, prompt, asked, uses, runId, compared, views, files } = json
  const found = usable(recipe)
  return {
    ...(found && { recipe: found }),
    ...(isSampling(sampling) && { sampling }),
    ...(isText(prompt) && { prompt }),
    ...askedOf(asked),
    ...(isUses(uses) && { uses }),
    ...(isText(runId) && { runId }),
    compared: Array.isArray(compared) ? compared.filter(isText).slice(0, MOST_COMPARED) : [],
    ...(isRecord(views) && { views: readViews(views) }),
    ...(isText(files) && { files }),
  }
}

function usable(recipe: unknown): Recipe | undefined {
  try {
    return readRecipe(recipe)
  } catch {
    return undefined
  }
}

const reply = ({ text }: Reply): Reply => ({ text: text.slice(0, LONGEST), busy: false })
const spoken = ({ prompt, base, tuned, uses }: Asked): Asked => ({ prompt: prompt.slice(0, LONGEST), ...(base && { base: reply(base) }), ...(tuned && { tuned: reply(tuned) }), uses })

const record = (value: unknown): JsonObject | undefined => (isRecord(value) ? value : undefined)
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST
const isSampling = (value: unknown): value is Sampling => {
  const given = record(value) ?? {}
  return Object.keys(given).length === Object.keys(firstSampling).length && Object.keys(firstSampling).every((name) => Number.isFinite(given[name]))
}
const isUses = (value: unknown): value is readonly AdapterUse[] =>
  Array.isArray(value) && value.length <= 100 && value.every((use) => isText(record(use)?.['id']) && Number.isFinite(record(use)?.['weight']))

function askedOf(value: unknown): { asked?: Asked } {
  const { prompt, base, tuned, uses } = record(value) ?? {}
  if (!isText(prompt) || !Array.isArray(uses) || uses.length > 100 || !uses.every(isUses)) return {}
  const answers = Object.entries({ base, tuned }).flatMap(([which, said]) => {
    const text = record(said)?.['text']
    return isText(text) ? [[which, { text, busy: false }]] : []
  })
  return { asked: { prompt, uses, ...(Object.fromEntries(answers) as Pick<Asked, 'base' | 'tuned'>) } }
}

function parsed(text: string | null): JsonObject | undefined {
  try {
    return record(JSON.parse(text ?? 'null'))
  } catch {
    return undefined
  }
}
