// The recipe is the document of a run: the page edits one, the command line runs one, an export carries one.
// `readRecipe` is the one door through which a recipe enters from disk or a link.
import { baseOptions, type BaseOptions } from './baseOptions.ts'
import { DATA_ENTRIES, dataProblems, type DataRecipe } from './dataRecipe.ts'
import { Fault } from './failure.ts'
import { nestsDeeper } from './nesting.ts'
import { checkOption, readOptions, type OptionValue } from './options.ts'
import { isRecord, type JsonObject } from './record.ts'
import { MODEL_CLASSES, type TaskType } from './taskType.ts'
import { readTasks, type Task } from './tasks.ts'
import { trainingOptions, type Training } from './training.ts'

const RECIPE_VERSION = 1

export interface MethodChoice {
  readonly id: string
  readonly options: Readonly<Record<string, OptionValue>>
}

export interface Recipe {
  readonly version: typeof RECIPE_VERSION
  readonly name: string
  /** What the model is to predict; unsaid: what it was made for. */
  readonly task?: TaskType
  /** Names of the classes that it is to predict; unsaid: those of the model or of the data. */
  readonly labels?: readonly string[]
  /** Texts to be sorted come in pairs; in a prompt an empty line stands between them. */
  readonly pairs?: boolean
  /** `builtin`: a model served with the page, by id. `folder`: a Hugging Face folder, by name or path. `hub`: a model of the
   * Hugging Face Hub, by its repository; `revision` is a branch or tag, and in the recipe of a run the commit that it was. */
  readonly base: { readonly source: 'builtin' | 'folder' | 'hub'; readonly id: string; readonly revision?: string; readonly sha256?: string } & Partial<BaseOptions>
  readonly data: {
    /** `sample`: a bundled dataset, by id. `file`: a dropped file, by name or path. */
    readonly source: 'sample' | 'file'
    readonly id: string
    readonly sha256?: string
    /** A second file whose rows are asked before and after; samples bring their own. */
    readonly test?: string
    /** Which tokens carry loss. */
    readonly trainOn: 'completions' | 'everything'
    /** Share of rows held out for validation, 0 to 0.5. */
    readonly validation: number
    /** Several datasets instead of the one above, a task each; rows of different tasks never share a batch. */
    readonly tasks?: readonly Task[]
    /** How tasks share the steps: 1 by their number of rows; larger is more even, and ever more so. */
    readonly taskTemperature?: number
  } & DataRecipe
  /** In order; several together make a composite. */
  readonly methods: readonly MethodChoice[]
  readonly training: Training
  readonly evaluation: {
    /** Rows of the test file answered before and after training; 0 turns it off. */
    readonly rows: number
    readonly maxNewTokens: number
    /** What the model is told before test questions and in the playground; training has one of its own. */
    readonly systemPrompt?: string
    /** Every so many steps a few prompts are answered, to watch the run learn; unsaid or 0: never. */
    readonly sampleSteps?: number
    /** One prompt a line; unsaid or empty: the first rows that are asked. */
    readonly samplePrompts?: string
    /** Such an answer is cut off after this many tokens; unsaid: 24. */
    readonly sampleTokens?: number
  }
  readonly seed: number
}

export function defaultRecipe(): Recipe {
  return {
    version: RECIPE_VERSION,
    name: 'untitled',
    base: { source: 'builtin', id: 'starter' },
    data: { source: 'sample', id: '', trainOn: 'completions', validation: 0.1 },
    methods: [{ id: 'lora', options: {} }],
    training: readOptions(trainingOptions, {}).values,
    evaluation: { rows: 50, maxNewTokens: 48 },
    seed: 42,
  }
}

/** A recipe from parsed JSON; absent parts take their defaults. Throws a `bad-recipe` Fault that lists every problem. */
export function readRecipe(json: unknown): Recipe {
  const fail = (problems: readonly string[]): never => {
    throw new Fault('bad-recipe', `The recipe cannot be used: ${problems.join(' ')}`, 'Correct these entries and open the recipe again.')
  }
  if (!isRecord(json)) return fail(['it must be a JSON object.'])
  if (nestsDeeper(json)) return fail(['it nests too deeply.'])
  const plain = defaultRecipe()
  const problems: string[] = []
  const known = new Set([...Object.keys(plain), 'task', 'labels', 'pairs', '$schema'])
  for (const k of Object.keys(json)) if (!known.has(k)) problems.push(`Unknown entry ${k}.`)
  if (json['version'] !== undefined && json['version'] !== RECIPE_VERSION) problems.push(`version must be ${RECIPE_VERSION}, found ${JSON.stringify(json['version'])}.`)
  const part = (name: string): JsonObject => {
    const v = json[name]
    if (v === undefined) return {}
    if (isRecord(v)) return v
    problems.push(`${name} must be an object.`)
    return {}
  }
  const merge = <T extends object>(name: string, fallback: T, optional: readonly string[] = []): T => {
    const given = part(name)
    const out = { ...fallback } as Record<string, unknown>
    for (const [k, v] of Object.entries(given)) {
      const was = out[k]
      if (!Object.hasOwn(out, k) && !optional.includes(k)) problems.push(`Unknown entry ${name}.${k}.`)
      else if (was !== undefined && typeof v !== typeof was) problems.push(`${name}.${k} must be a ${typeof was}, found ${JSON.stringify(v)}.`)
      else out[k] = v
    }
    return out as unknown as T
  }
  const training = readOptions(trainingOptions, part('training'))
  problems.push(...training.problems)
  const methods = readMethods(json['methods'] ?? plain.methods)
  problems.push(...methods.problems)
  const { task, labels, pairs } = json
  const recipe: Recipe = {
    version: RECIPE_VERSION,
    name: typeof json['name'] === 'string' ? json['name'] : plain.name,
    ...(task !== undefined && { task: task as TaskType }),
    ...(labels !== undefined && { labels: labels as readonly string[] }),
    ...(pairs !== undefined && { pairs: pairs as boolean }),
    base: merge('base', plain.base, ['sha256', 'revision', ...Object.keys(baseOptions)]),
    data: merge('data', plain.data, ['sha256', 'test', 'tasks', 'taskTemperature', ...DATA_ENTRIES]),
    methods: methods.choices,
    training: training.values,
    evaluation: merge('evaluation', plain.evaluation, ['systemPrompt', 'sampleSteps', 'samplePrompts', 'sampleTokens']),
    seed: typeof json['seed'] === 'number' && Number.isInteger(json['seed']) ? json['seed'] : plain.seed,
  }
  const several = recipe.data.tasks === undefined ? { problems: [] } : readTasks(recipe.data.tasks)
  problems.push(...taskProblems(json), ...baseProblems(recipe.base), ...sourceProblems(recipe.data), ...evaluationProblems(recipe.evaluation), ...several.problems, ...sharingProblems(recipe.data))
  if (json['seed'] !== undefined && recipe.seed !== json['seed']) problems.push('seed must be a whole number.')
  if (problems.length > 0) fail(problems)
  return 'tasks' in several ? { ...recipe, data: { ...recipe.data, tasks: several.tasks } } : recipe
}

function readMethods(list: unknown): { choices: MethodChoice[]; problems: string[] } {
  if (!Array.isArray(list) || list.length === 0) return { choices: [], problems: ['methods must be a list with at least one method.'] }
  const problems: string[] = []
  const choices = (list as unknown[]).flatMap((m): MethodChoice[] => {
    if (isRecord(m) && typeof m['id'] === 'string') return [{ id: m['id'], options: (isRecord(m['options']) ? m['options'] : {}) as MethodChoice['options'] }]
    problems.push('Each method must be an object with an id.')
    return []
  })
  return { choices, problems }
}

const oneOf = (name: string, value: string, allowed: readonly string[]): string[] =>
  allowed.includes(value) ? [] : [`${name} must be one of ${allowed.join(', ')}; found ${JSON.stringify(value)}.`]

/** Of what the model is to predict. */
function taskProblems({ task, labels, pairs }: JsonObject): string[] {
  const problems = task === undefined ? [] : oneOf('task', String(task), Object.keys(MODEL_CLASSES))
  if (labels !== undefined && !(Array.isArray(labels) && labels.length > 1 && labels.every((l) => typeof l === 'string') && new Set(labels).size === labels.length))
    problems.push('labels must be a list of two or more different names.')
  if (pairs !== undefined && typeof pairs !== 'boolean') problems.push(`pairs must be true or false, found ${JSON.stringify(pairs)}.`)
  return problems
}

function baseProblems(base: Recipe['base']): string[] {
  const problems = oneOf('base.source', base.source, ['builtin', 'folder', 'hub'])
  for (const [name, spec] of Object.entries(baseOptions)) {
    const value: unknown = base[name as keyof BaseOptions]
    const problem = value === undefined ? undefined : checkOption(`base.${name}`, spec, value)
    if (problem) problems.push(problem)
  }
  if (base.bnb_4bit_use_double_quant && base.quantization !== 'nf4') problems.push('base.bnb_4bit_use_double_quant needs base.quantization to be nf4.')
  const { revision } = base
  if (revision !== undefined && (typeof revision !== 'string' || base.source !== 'hub')) problems.push('base.revision is the name of a branch, tag or commit, of a base with the source hub.')
  return problems
}

/** Of one dataset, wherever it comes from. */
function sourceProblems(data: Recipe['data']): string[] {
  const problems = [...oneOf('data.source', data.source, ['sample', 'file']), ...oneOf('data.trainOn', data.trainOn, ['completions', 'everything'])]
  if (!(data.validation >= 0 && data.validation <= 0.5)) problems.push('data.validation must be between 0 and 0.5.')
  return [...problems, ...dataProblems(data as unknown as JsonObject)]
}

function evaluationProblems({ systemPrompt, sampleSteps, samplePrompts, sampleTokens }: Recipe['evaluation']): string[] {
  const problems: string[] = []
  const count = (name: string, value: unknown, least: number, most: number): void => {
    if (value !== undefined && !(Number.isInteger(value) && Number(value) >= least && Number(value) <= most))
      problems.push(`evaluation.${name} must be a whole number from ${least} to ${most}, found ${JSON.stringify(value)}.`)
  }
  const text = (name: string, value: unknown): void => {
    if (value !== undefined && typeof value !== 'string') problems.push(`evaluation.${name} must be text, found ${JSON.stringify(value)}.`)
  }
  count('sampleSteps', sampleSteps, 0, 100_000)
  count('sampleTokens', sampleTokens, 1, 512)
  text('samplePrompts', samplePrompts)
  text('systemPrompt', systemPrompt)
  return problems
}

/** Of how several datasets share a run. */
function sharingProblems({ id, tasks, taskTemperature }: Recipe['data']): string[] {
  const problems: string[] = []
  if (tasks !== undefined && id !== '') problems.push('data has either an id or tasks, not both.')
  if (taskTemperature !== undefined && !(typeof taskTemperature === 'number' && taskTemperature >= 1 && taskTemperature <= 100)) problems.push('data.taskTemperature must be between 1 and 100.')
  return problems
}
