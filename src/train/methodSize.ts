// What a list of methods would train on a model, from tracing one token: no data, no plan, no GPU.
import { attachAll } from '../methods/registry.ts'
import type { MethodSize } from '../protocol/methods.ts'
import type { MethodChoice } from '../protocol/recipe.ts'
import { subjectOf, type OpenModel } from './base.ts'
import { countOf } from './census.ts'

export function methodSize(model: OpenModel, choices: readonly MethodChoice[]): MethodSize {
  const { census } = subjectOf(model, attachAll(choices, model.outline))
  const trainableParameters = countOf(census.trainables.filter((t) => !t.frozen))
  return { trainableParameters, totalParameters: model.folder.parameters, bytes: 4 * trainableParameters }
}
