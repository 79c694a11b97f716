// What the page asks about the data to train on, answered: opened, read another way, described; and what a run asks of them.
import { describeData } from '../data/describeData.ts'
import type { PrepareOptions } from '../data/prepare.ts'
import { blobSource } from '../files/byteSource.ts'
import { Fault } from '../protocol/failure.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { resultOf } from '../protocol/result.ts'
import type { DatasetInfo, NamedFile, Studio } from '../protocol/studio.ts'
import type { OpenModel } from '../train/base.ts'
import { withLabels } from '../train/recipeModel.ts'
import { batchesOf, classesOf, type RunData } from '../train/runData.ts'
import { need } from './need.ts'
import { joinInfos, openInputs, openOne, openTasks, readAs, requireMapped, type OpenedData } from './openedData.ts'
import type { Site } from './site.ts'

export interface DataNeeds {
  readonly site: Pick<Site, 'sample'>
  /** The open model. Throws where there is none. */
  model(): OpenModel
  /** One at a time, in order of asking. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

export interface DataShelf {
  readonly calls: Pick<Studio, 'openSample' | 'openFile' | 'openTasks' | 'describeData'>
  opened(): OpenedData | undefined
  /** Reads what is open as the recipe says, if it was read otherwise. */
  reread(recipe: Recipe): Promise<void>
  /** Opens what a run was started with. */
  reopen(inputs: Parameters<typeof openInputs>[0], recipe: Recipe): Promise<void>
  /** The open data, which must be what the recipe names. */
  dataFor(recipe: Recipe, from?: OpenedData): OpenedData
  batchesFor(recipe: Recipe): RunData['train']
  /** With the classes of the open data, where the run predicts classes. */
  labelled(recipe: Recipe): Recipe
  prepareOptions(recipe: Recipe): PrepareOptions
}

export function dataShelf({ site, model, alone }: DataNeeds): DataShelf {
  let data: OpenedData | undefined

  const labelled = (recipe: Recipe): Recipe => (data && !data.dataset.isUnmapped ? withLabels(recipe, model(), data.dataset.rows, data.dataset.name) : recipe)
  const prepareOptions: DataShelf['prepareOptions'] = (recipe) => {
    const m = model()
    const { chatTemplate } = m.folder
    return { tokenizer: m.tokenizer(), recipe, ...(chatTemplate !== undefined && { chatTemplate }), ...(data?.dataset.isUnmapped ? {} : classesOf(m, labelled(recipe))), contextLength: m.family.dimensions(m.config).contextLength }
  }
  const dataFor: DataShelf['dataFor'] = ({ data: { tasks } }, from = data) => {
    const open = need(from, 'dataset')
    const [wanted, found] = [tasks, open.tasks].map((list) => list?.map((t) => t.name).join(', '))
    if (wanted !== found) throw new Fault('bad-data', `The recipe’s data are ${wanted ? `the tasks ${wanted}` : 'one dataset'}, and ${found ? `the tasks ${found} are` : 'one dataset is'} open.`, 'Open the recipe’s data first.')
    requireMapped(open)
    return open
  }
  const describeOpen = async (recipe: Recipe): Promise<DatasetInfo> => {
    const open = (data = await readAs(need(data, 'dataset'), recipe.data))
    const infos = open.parts.map(({ dataset, testSet }) => describeData(dataset, { ...prepareOptions(recipe), ...(testSet && { test: testSet }) }))
    const [{ title }] = open.parts
    return open.tasks ? joinInfos(infos, open) : { ...infos[0], ...(title !== undefined && { name: title }) }
  }

  return {
    opened: () => data,
    async reread(recipe) {
      if (data) data = await readAs(data, recipe.data)
    },
    async reopen(inputs, recipe) {
      data = await openInputs(inputs, recipe.data)
    },
    dataFor,
    batchesFor(recipe) {
      const { dataset, tasks } = dataFor(recipe)
      return batchesOf(model(), recipe, tasks ?? dataset, []).train
    },
    labelled,
    prepareOptions,
    calls: {
      openSample: (id, recipe) =>
        resultOf(() =>
          alone(async () => {
            const { entry, train, test } = await site.sample(id)
            data = await openOne(id, { train, test }, {}, entry.title)
            return describeOpen(recipe)
          }),
        ),
      openFile: ({ path, file }: NamedFile, recipe, test, validation) =>
        resultOf(() =>
          alone(async () => {
            const found = { train: blobSource(file, path), test: test && blobSource(test.file, test.path), validation: validation && blobSource(validation.file, validation.path) }
            data = await openOne(path, found, recipe.data)
            return describeOpen(recipe)
          }),
        ),
      openTasks: (recipe, files) =>
        resultOf(() =>
          alone(async () => {
            data = await openTasks(recipe.data.tasks ?? [], data, async ({ name, source, id }) => {
              const given = files.find((f) => f.task === name)
              if (source === 'sample') return site.sample(id)
              return given && { train: blobSource(given.file.file, given.file.path), test: given.test && blobSource(given.test.file, given.test.path) }
            })
            return describeOpen(recipe)
          }),
        ),
      describeData: (recipe) => resultOf(() => alone(async () => describeOpen(recipe))),
    },
  }
}
