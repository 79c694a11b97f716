// A list of methods in a few words.
import type { MethodInfo } from '../protocol/methods.ts'
import { told } from './words/language.ts'
import type { MethodChoice } from '../protocol/recipe.ts'

export const methodNames = (choices: readonly MethodChoice[], methods: readonly MethodInfo[] | undefined): string =>
  choices.map(({ id }) => told(methods?.find((m) => m.id === id)?.label ?? id)).join(' + ')
