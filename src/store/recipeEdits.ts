// Pure edits of the recipe, and every problem that keeps it from being run.
import { checkOption, defaults, readOptions, type OptionValue } from '../protocol/options.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { MethodInfo } from '../protocol/studio.ts'
import { trainingOptions } from '../protocol/training.ts'

export type Options = Readonly<Record<string, OptionValue>>

export const withTraining = (recipe: Recipe, name: string, value: OptionValue): Recipe => ({
  ...recipe,
  training: { ...recipe.training, [name]: value },
})

/** The page edits the first method; further ones in an opened recipe are kept as they are. */
export const withMethodOption = (recipe: Recipe, name: string, value: OptionValue): Recipe => {
  const [first, ...others] = recipe.methods
  return first ? { ...recipe, methods: [{ ...first, options: { ...first.options, [name]: value } }, ...others] } : recipe
}

/** Each method learns at its own pace, so that switching brings its learning rate along. */
export const withMethod = (recipe: Recipe, method: MethodInfo): Recipe => ({
  ...recipe,
  methods: [{ id: method.id, options: defaults(method.options) }],
  training: { ...recipe.training, learning_rate: method.defaultLearningRate },
})

export const chosenMethod = (recipe: Recipe, methods: readonly MethodInfo[]): MethodInfo | undefined =>
  methods.find((m) => m.id === recipe.methods[0]?.id)

/** The first method's options, defaults filled in; wrong values stay, so that the form can show them. */
export function methodOptions(recipe: Recipe, method: MethodInfo): Options {
  return { ...defaults(method.options), ...recipe.methods[0]?.options }
}

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
  return JSON.stringify([recipe.base, recipe.data, recipe.methods, training])
}

/** What the rendered examples depend on. */
export const dataKey = (recipe: Recipe): string =>
  JSON.stringify([recipe.data, recipe.training.max_length, recipe.training.packing, recipe.seed])
