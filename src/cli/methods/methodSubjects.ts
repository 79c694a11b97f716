// What the table of methods has a row for: every method, and every preset of several.
import { presets } from '../../methods/presets.ts'
import { methods } from '../../methods/registry.ts'
import type { MethodChoice } from '../../protocol/recipe.ts'

export interface MethodSubject {
  readonly id: string
  readonly label: string
  readonly choices: readonly MethodChoice[]
  readonly learningRate: number
}

export function methodSubjects(): MethodSubject[] {
  return [
    ...[...methods.values()].map(({ id, label, defaultLearningRate }) => ({ id, label, choices: [{ id, options: {} }], learningRate: defaultLearningRate })),
    ...presets.map(({ id, label, methods: choices, defaultLearningRate }) => ({ id, label, choices, learningRate: defaultLearningRate })),
  ]
}
