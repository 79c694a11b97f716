// Writes into a recipe what it ran on, so that an adapter can be traced back: the hashes of data and base model.
import type { Dataset } from '../data/dataset.ts'
import type { ModelFolder } from '../files/modelFolder.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { TaskData } from './runData.ts'

/** Hashing reads every byte; a larger model would delay the start by more than a few seconds. */
const MOST_HASHED = 512 * 2 ** 20

/** @param tasks the data of each of the recipe's tasks, where it has several */
export async function stampRecipe(recipe: Recipe, folder: ModelFolder, dataset: Dataset, tasks?: readonly TaskData[]): Promise<Recipe> {
  const sha256 = folder.bytes <= MOST_HASHED ? await folder.hash() : undefined
  const hashed = recipe.data.tasks?.map((task, i) => ({ ...task, ...(tasks?.[i] && { sha256: tasks[i].dataset.sha256 }) }))
  return { ...recipe, base: { ...recipe.base, ...(sha256 !== undefined && { sha256 }) }, data: { ...recipe.data, sha256: dataset.sha256, ...(hashed && { tasks: hashed }) } }
}
