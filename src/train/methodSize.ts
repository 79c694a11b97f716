// What a recipe would train on a model, from tracing one token: no data, no plan, no GPU.
import type { MethodSize } from '../protocol/methods.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { attachRecipe } from './attachRecipe.ts'
import { subjectOf, type OpenModel } from './base.ts'
import { countOf } from './census.ts'

export function methodSize(model: OpenModel, recipe: Recipe): MethodSize {
  const { census } = subjectOf(model, attachRecipe(recipe, model))
  const trainableParameters = countOf(census.trainables.filter((t) => !t.frozen))
  return { trainableParameters, totalParameters: model.folder.parameters, bytes: 4 * trainableParameters }
}
