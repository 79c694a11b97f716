// The model and the data of a recipe from disk, with the recipe as its run will have it. Needs no GPU.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join, resolve } from 'node:path'
import { joinDatasets, type Dataset } from '../../data/dataset.ts'
import { openParts } from '../../data/openParts.ts'
import { openModelFolder } from '../../files/openModelFolder.ts'
import { fileSource, readModel } from '../../files/nodeSource.ts'
import { Fault } from '../../protocol/failure.ts'
import type { Recipe } from '../../protocol/recipe.ts'
import { openModel, type OpenModel } from '../../train/base.ts'
import { keptAs } from '../../train/keptAs.ts'
import { withLabels } from '../../train/recipeModel.ts'
import type { TaskData } from '../../train/runData.ts'
import { stampRecipe } from '../../train/stampRecipe.ts'

export interface OpenRecipe {
  readonly recipe: Recipe
  readonly model: OpenModel
  /** Where the model lies. */
  readonly folder: string
  readonly dataset: Dataset
  readonly test: Dataset | undefined
  readonly tasks?: readonly TaskData[]
}

const publicFolder = fileURLToPath(new URL('../../../public', import.meta.url))

/** @param here what paths in the recipe are relative to; `baseFolder` holds a base that was fetched */
export async function openRecipe(given: Recipe, here: string, baseFolder?: string): Promise<OpenRecipe> {
  const { base: wanted, data } = given
  const folder = baseFolder ?? (wanted.source === 'builtin' ? join(publicFolder, wanted.id) : resolve(here, wanted.id))
  const model = openModel(await openModelFolder(await readModel(folder)), keptAs(wanted))
  const opened = data.tasks ? await Promise.all(data.tasks.map((task) => openData(task, here))) : [await openData(data, here)]
  const tasks = data.tasks?.map(({ name }, i) => ({ name, ...opened[i] }))
  const [{ test }, dataset] = [opened[0], joinDatasets(opened.map((o) => o.dataset), tasks?.map((t) => t.name).join(', '))]
  const recipe = await stampRecipe(withLabels(given, model, dataset.rows, dataset.name), model.folder, dataset, tasks)
  return { recipe, model, folder, dataset, test, ...(tasks && { tasks }) }
}

async function openData(data: Pick<Recipe['data'], 'source' | 'id' | 'test' | 'validationFile' | 'mapping' | 'quotes'>, here: string): Promise<{ dataset: Dataset; test: Dataset | undefined }> {
  const { id, test, validationFile, mapping, quotes } = data
  const open = async (path: string | undefined) => (path === undefined ? undefined : fileSource(resolve(here, path)))
  if (data.source === 'file')
    return openParts({ train: await fileSource(resolve(here, id)), validation: await open(validationFile), test: await open(test) }, { ...(mapping && { mapping }), ...(quotes && { quotes }) })
  const samples = JSON.parse(await readFile(join(publicFolder, 'samples/index.json'), 'utf8')) as readonly { id: string; train: string; test: string }[]
  const sample = samples.find((s) => s.id === id)
  if (!sample) throw new Fault('bad-recipe', `There is no sample dataset “${id}”; there are ${samples.map((s) => s.id).join(', ')}.`, 'Correct its id in the recipe.')
  return openParts({ train: await fileSource(join(publicFolder, 'samples', sample.train)), test: await fileSource(join(publicFolder, 'samples', sample.test)) })
}
