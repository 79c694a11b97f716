// A list of methods in a few words.
import type { MethodInfo } from '../protocol/methods.ts'
import { told } from './words/language.ts'
import type { MethodChoice } from '../protocol/recipe.ts'

export const methodNames = (choices: readonly MethodChoice[], methods: readonly MethodInfo[] | undefined): string =>
  choices.map(({ id }) => told(methods?.find((m) => m.id === id)?.label ?? id)).join(' + ')

/** The same, with the rank where it is one method that has one: what tells runs on the same rows apart. */
export function methodText(choices: readonly MethodChoice[], methods: readonly MethodInfo[] | undefined, name = methodNames(choices, methods)): string {
  const [only, another] = choices
  const rank = another ? undefined : (only?.options['r'] ?? methods?.find((m) => m.id === only?.id)?.options['r']?.default)
  return rank === undefined ? name : `${name}, r = ${String(rank)}`
}
