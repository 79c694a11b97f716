// Pure edits of the recipe, and every problem that keeps it from being run.
import { baseOptions, type BaseOptions } from '../protocol/baseOptions.ts'
import type { DataRecipe } from '../protocol/dataRecipe.ts'
import type { Remedy } from '../protocol/failure.ts'
import type { MethodInfo, MethodPreset } from '../protocol/methods.ts'
import { checkOption, defaults, readOptions, type OptionValue } from '../protocol/options.ts'
import type { MethodChoice, Recipe } from '../protocol/recipe.ts'
import { trainingOptions } from '../protocol/training.ts'

/** What there is to choose from. */
export interface Catalogue {
  readonly methods: readonly MethodInfo[]
  readonly presets: readonly MethodPreset[]
}

export const withTraining = (recipe: Recipe, name: string, value: OptionValue): Recipe => ({
  ...recipe,
  training: { ...recipe.training, [name]: value },
})

/** How the base's frozen weights are kept; what says nothing new is left out. */
export function withBaseOption(recipe: Recipe, name: string, value: OptionValue): Recipe {
  const wanted: Readonly<Record<string, unknown>> = { ...recipe.base, [name]: value }
  const isSaid = (key: string): boolean =>
    wanted[key] !== baseOptions[key as keyof BaseOptions].default && (key !== 'bnb_4bit_use_double_quant' || wanted['quantization'] === 'nf4')
  return { ...recipe, base: Object.fromEntries(Object.entries(wanted).filter(([key]) => !Object.hasOwn(baseOptions, key) || isSaid(key))) as unknown as Recipe['base'] }
}

/** Another base, kept as the one before it was. */
export function withBase(recipe: Recipe, base: Recipe['base']): Recipe {
  return { ...recipe, base: { ...base, ...Object.fromEntries(Object.entries(recipe.base).filter(([key]) => Object.hasOwn(baseOptions, key))) } }
}

/** A method with every option named, so that what is saved is what was shown. */
export const filled = (choice: MethodChoice, { methods }: Pick<Catalogue, 'methods'>): MethodChoice => {
  const method = methods.find((m) => m.id === choice.id)
  return method ? { ...choice, options: { ...defaults(method.options), ...choice.options } } : choice
}

/** The learning rate that suits a list: its preset's, or the smallest default, so that no part is pushed too far. */
export function suitedRate(choices: readonly MethodChoice[], catalogue: Catalogue): number | undefined {
  const preset = presetOf(choices, catalogue)
  if (preset) return preset.defaultLearningRate
  const rates = catalogue.methods.filter((m) => choices.some((c) => c.id === m.id)).map((m) => m.defaultLearningRate)
  return rates.length > 0 ? Math.min(...rates) : undefined
}

/** Another list of methods. The learning rate follows it, unless the person has set one of their own. */
export function withMethods(recipe: Recipe, choices: readonly MethodChoice[], catalogue: Catalogue): Recipe {
  const methods = choices.map((choice) => filled(choice, catalogue))
  const { learning_rate } = recipe.training
  const isOwn = learning_rate !== (suitedRate(recipe.methods, catalogue) ?? learning_rate)
  const suited = suitedRate(methods, catalogue)
  return { ...recipe, methods, training: { ...recipe.training, learning_rate: isOwn || suited === undefined ? learning_rate : suited } }
}

export const withMethodOption = (recipe: Recipe, index: number, name: string, value: OptionValue): Recipe => ({
  ...recipe,
  methods: recipe.methods.map((m, i) => (i === index ? { ...m, options: { ...m.options, [name]: value } } : m)),
})

export function remedied(recipe: Recipe, remedy: Remedy, catalogue: Catalogue): Recipe {
  const { methods } = recipe
  const others = (id: string): MethodChoice[] => methods.filter((m) => m.id !== id)
  const has = ({ id }: MethodChoice, option: string): boolean =>
    catalogue.methods.some((m) => m.id === id && Object.hasOwn(m.options, option))
  switch (remedy.kind) {
    case 'without':
      return withMethods(recipe, others(remedy.method), catalogue)
    case 'instead': {
      const isThere = methods.some((m) => m.id === remedy.use)
      const next = methods.map((m) => (m.id === remedy.of ? { id: remedy.use, options: {} } : m))
      return withMethods(recipe, isThere ? others(remedy.of) : next, catalogue)
    }
    case 'option':
      return withMethodOption(recipe, methods.findIndex((m) => (remedy.method === undefined ? has(m, remedy.name) : m.id === remedy.method)), remedy.name, remedy.value)
    case 'training':
      return withTraining(recipe, remedy.name, remedy.value)
    case 'continue':
      return withTraining(recipe, 'learning_rate', remedy.learning_rate)
    case 'task': {
      // Classes belong to the task that they were found for.
      const { labels: _labels, pairs: _pairs, ...rest } = recipe
      return { ...rest, task: remedy.value }
    }
    case 'data': {
      const { data } = recipe
      const value = remedy.name === 'drop' ? [...new Set([...(data.drop ?? []), remedy.value])] : remedy.value
      return { ...recipe, data: { ...data, [remedy.name]: value } }
    }
    default:
      return remedy satisfies never
  }
}

/** The preset that a list is: the same methods in the same order, with all that the preset sets. */
export const presetOf = (choices: readonly MethodChoice[], { presets }: Catalogue): MethodPreset | undefined =>
  presets.find(
    ({ methods }) =>
      methods.length === choices.length &&
      methods.every(({ id, options }, i) => {
        const choice = choices[i]
        return choice?.id === id && Object.entries(options).every(([name, v]) => JSON.stringify(choice.options[name]) === JSON.stringify(v))
      }),
  )

const trainingSpecs = Object.entries(trainingOptions)

export function recipeProblems(recipe: Recipe, methods: readonly MethodInfo[]): readonly string[] {
  const problems: string[] = []
  const training: Readonly<Record<string, unknown>> = recipe.training
  for (const [name, spec] of trainingSpecs) {
    const problem = checkOption(spec.label, spec, training[name])
    if (problem) problems.push(problem)
  }
  for (const choice of recipe.methods) {
    const method = methods.find((m) => m.id === choice.id)
    if (method) problems.push(...readOptions(method.options, choice.options).problems)
    else if (methods.length > 0)
      problems.push(`Unknown method ${choice.id}; known ones are ${methods.map((m) => m.id).join(', ')}.`)
  }
  return problems
}

/** What the plan depends on: while this stays equal, bytes and speed stay equal. */
export const planKey = (recipe: Recipe): string => {
  const { learning_rate: _rate, ...training } = recipe.training
  return JSON.stringify([recipe.base, recipe.data, recipe.methods, training, recipe.task, recipe.labels])
}

/** What the rendered examples depend on: not what tasks are described as. */
export const dataKey = ({ data, training, seed, task, labels }: Recipe): string =>
  JSON.stringify([data.tasks ? { ...data, tasks: data.tasks.map((t) => [t.name, t.source, t.id]) } : data, training.max_length, training.packing, seed, task, labels])

/** The data of a recipe with these entries at their defaults. */
export function withoutEntries(data: Recipe['data'], names: readonly (keyof DataRecipe)[]): Recipe['data'] {
  return without(data, names) as Recipe['data']
}

/** Of the data, what holds for one set of rows only. */
const OF_ROWS = ['source', 'id', 'sha256', 'test', 'mapping', 'quotes', 'validationFile'] as const satisfies readonly (keyof Recipe['data'])[]

/** The recipe without what it says of its rows: where they are, how they are read, and which classes they have. */
export function withoutRows({ labels: _labels, pairs: _pairs, ...recipe }: Recipe): Recipe {
  const { source, id } = recipe.data
  return { ...recipe, data: { ...without(recipe.data, OF_ROWS), source, id } as Recipe['data'] }
}

/** The recipe on the rows of another one, under its name. */
export function withRowsOf(recipe: Recipe, { name, labels, pairs, data }: Recipe): Recipe {
  const said = Object.fromEntries(Object.entries(data).filter(([key]) => (OF_ROWS as readonly string[]).includes(key)))
  const bare = withoutRows(recipe)
  return { ...bare, name, ...(labels && { labels }), ...(pairs !== undefined && { pairs }), data: { ...bare.data, ...said } }
}

const without = (data: Recipe['data'], names: readonly string[]): Partial<Recipe['data']> => Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)))
