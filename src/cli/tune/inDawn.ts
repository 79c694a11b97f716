// Runs a recipe in this process, over Dawn. Ctrl-C stops after the step in flight and still writes the adapter.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join, resolve } from 'node:path'
import { joinDatasets, type Dataset } from '../../data/dataset.ts'
import { openParts } from '../../data/openParts.ts'
import { openModelFolder } from '../../files/modelFolder.ts'
import { fileSource, readFolder } from '../../files/nodeSource.ts'
import { dawnGpu } from '../../gpu/dawn.ts'
import { openGpu } from '../../gpu/device.ts'
import type { RunEvent } from '../../protocol/event.ts'
import { Fault } from '../../protocol/failure.ts'
import type { Recipe } from '../../protocol/recipe.ts'
import { memoryStorage } from '../../storage/memoryStorage.ts'
import { mount, openModel } from '../../train/base.ts'
import { Control } from '../../train/control.ts'
import { withLabels } from '../../train/recipeModel.ts'
import { runSession } from '../../train/session.ts'
import { stampRecipe } from '../../train/stampRecipe.ts'
import type { RunRecipe } from './tuneResult.ts'

const publicFolder = fileURLToPath(new URL('../../../public', import.meta.url))

export const runRecipe: RunRecipe = async (given, here, onEvent, baseFolder) => {
  const { base: wanted, data } = given
  const folder = baseFolder ?? (wanted.source === 'builtin' ? join(publicFolder, wanted.id) : resolve(here, wanted.id))
  const model = openModel(await openModelFolder(await readFolder(folder)))
  const opened = data.tasks ? await Promise.all(data.tasks.map((task) => openData(task, here))) : [await openData(data, here)]
  const tasks = data.tasks?.map(({ name }, i) => ({ name, ...opened[i] }))
  const [{ test }, dataset] = [opened[0], joinDatasets(opened.map((o) => o.dataset), tasks?.map((t) => t.name).join(', '))]
  const recipe = await stampRecipe(withLabels(given, model, dataset.rows, dataset.name), model.folder, dataset, tasks)
  const base = mount(model, await openGpu(await dawnGpu()))
  const storage = memoryStorage()
  const runId = 'tune'
  await storage.runs.put({ id: runId, recipe, createdAt: Date.now(), status: 'running', step: 0, hasAdapter: false })
  const control = new Control()
  process.once('SIGINT', () => control.stop())
  const events: RunEvent[] = []
  const record = await runSession({
    runId, recipe, base, dataset, test, storage, control, version: __APP_VERSION__, ...(tasks && { tasks }),
    onEvent(event) {
      if (event.type !== 'scoring') events.push(event)
      onEvent(event)
    },
  })
  return { record, events, files: (await storage.adapters.load(runId)) ?? new Map() }
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
