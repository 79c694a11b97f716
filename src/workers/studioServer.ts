// What the page asks for, answered: opens models and data, plans, trains, generates, keeps runs. Composition only; every
// failure leaves as data. One job uses the GPU at a time, except that answers stream side by side.
import { describeData } from '../data/describeData.ts'
import { blobSource, type ByteSource } from '../files/byteSource.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import type { StreamedFile } from '../files/zip.ts'
import { openGpu, type Gpu } from '../gpu/device.ts'
import { turns } from '../lib/turns.ts'
import { presets } from '../methods/presets.ts'
import { methods } from '../methods/registry.ts'
import type { RunEvent } from '../protocol/event.ts'
import { Fault, toFailure } from '../protocol/failure.ts'
import { isNamedBase } from '../protocol/isNamedBase.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { resultOf } from '../protocol/result.ts'
import type { BaseInfo, DatasetInfo, MethodInfo, NamedFile, RunRecord, Studio } from '../protocol/studio.ts'
import type { Storage } from '../storage/storage.ts'
import { mount, openModel, type Base, type OpenModel } from '../train/base.ts'
import { Control } from '../train/control.ts'
import { exportScript } from '../train/exportScript.ts'
import { isKeptAlike, keptAs } from '../train/keptAs.ts'
import { estimate } from '../train/estimate.ts'
import { methodSize } from '../train/methodSize.ts'
import { outliveDevice } from '../train/outliveDevice.ts'
import { probeSeconds } from '../train/probeSeconds.ts'
import { recipeModel, withLabels } from '../train/recipeModel.ts'
import { batchesOf, classesOf } from '../train/runData.ts'
import { stampRecipe } from '../train/stampRecipe.ts'
import { AdapterLibrary } from './adapterLibrary.ts'
import { adapterShelf, type ShelfNeeds } from './adapterShelf.ts'
import type { HubFetcher } from './hubClient.ts'
import { keepShelf } from './keepShelf.ts'
import { KernelMemory } from '../train/kernelMemory.ts'
import { machineShelf } from './machineShelf.ts'
import { modelInfo, type Called } from './modelInfo.ts'
import { modelShelf } from './modelShelf.ts'
import { onnxShelf } from './onnxShelf.ts'
import { inputsOf, joinInfos, openInputs, openOne, openTasks, readAs, requireMapped, type OpenedData } from './openedData.ts'
import type { OpenOnnx } from './ortClient.ts'
import { parcels, scriptFolder } from './parcels.ts'
import type { RequestLog } from './requestLog.ts'
import { Site } from './site.ts'
import type { Tabs } from './tabs.ts'
import { rowShelf } from './rowShelf.ts'
import { takeAwayShelf } from './takeAwayShelf.ts'

interface OpenedModel {
  readonly info: BaseInfo
  readonly model: OpenModel
}

export function studioServer(page: URL, storage: Storage, openOnnx: OpenOnnx, fetcher: HubFetcher, requests: RequestLog, tabs: Tabs): Studio {
  const site = new Site(page)
  const kernels = new KernelMemory(storage, __APP_VERSION__)
  let gpu: Promise<Gpu> | undefined
  let model: OpenedModel | undefined
  let base: Base | undefined
  /** How frozen weights are kept, as the recipe says that was heard last. */
  let kept: OpenModel['kept'] = {}
  let data: OpenedData | undefined
  let control: Control | undefined
  let quiet = { stopped: false }
  let waitingRuns = 0
  const swept = storage.sweep().catch(() => 0)

  /** One at a time, in order of asking. */
  const alone = turns()

  /** The same, and a probe in flight makes way. */
  const soon = async <T>(work: () => Promise<T>): Promise<T> => {
    waitingRuns++
    return alone(() => {
      waitingRuns--
      return work()
    })
  }

  const device = (): Promise<Gpu> => {
    gpu ??= openGpu()
    gpu.catch(() => (gpu = undefined))
    return gpu
  }
  const need = <T>(value: T | undefined, what: string): T => {
    if (value === undefined) throw new Fault('bad-recipe', `No ${what} is open.`, `Choose a ${what} first.`)
    return value
  }
  const forget = (): void => {
    shelf.forget()
    base?.weights.dispose()
    base = undefined
  }
  /** A device that is alive. */
  const living = async (): Promise<Gpu> => {
    if ((await device()).lost.happened) {
      forget()
      gpu = undefined
    }
    return device()
  }
  /** The open model on a device that is alive. */
  const mounted = async (): Promise<Base> => {
    const on = await living()
    // What is kept otherwise makes way.
    if (base && !isKeptAlike(base.kept, kept)) forget()
    const tuning = await kernels.tuning(on)
    base ??= mount(asKept(need(model, 'model').model), on, tuning)
    return base
  }
  const keep = (recipe: Pick<Recipe, 'base'>): void => void (kept = keptAs(recipe.base))
  const asKept = (open: OpenModel): OpenModel => ({ ...open, kept })

  const opened = async (called: Called, files: ReadonlyMap<string, ByteSource>): Promise<BaseInfo> => {
    const found = openModel(await openModelFolder(files))
    found.tokenizer()
    forget()
    model = { model: found, info: modelInfo(called, found) }
    return model.info
  }
  const openBuiltin = async (id: string, onProgress: (done: number, total: number) => void): Promise<BaseInfo> => {
    const { model: builtin, files } = await site.model(id, storage, onProgress)
    return opened({ id, title: builtin.title, storedAs: `builtin/${id}` }, files)
  }

  const describeOpen = async (recipe: Recipe): Promise<DatasetInfo> => {
    const open = (data = await readAs(need(data, 'dataset'), recipe.data))
    const infos = open.parts.map(({ dataset, testSet }) => describeData(dataset, { ...prepareOptions(recipe), ...(testSet && { test: testSet }) }))
    const [{ title }] = open.parts
    return open.tasks ? joinInfos(infos, open) : { ...infos[0], ...(title !== undefined && { name: title }) }
  }
  const prepareOptions = (recipe: Recipe) => {
    const { model: m } = need(model, 'model')
    const { chatTemplate } = m.folder
    return { tokenizer: m.tokenizer(), recipe, ...(chatTemplate !== undefined && { chatTemplate }), ...(data?.dataset.isUnmapped ? {} : classesOf(m, labelled(recipe))), contextLength: m.family.dimensions(m.config).contextLength }
  }
  /** The open model, which must be the one that the recipe names. */
  const modelFor = ({ base: wanted }: Recipe): OpenedModel => {
    const open = need(model, 'model')
    if (!isNamedBase(wanted, open.info)) throw new Fault('bad-model', `The recipe names the model ${wanted.id}, and ${open.info.title} is open.`, 'Open the model of the recipe, or choose another one for it.')
    return open
  }
  /** The open data, which must be what the recipe names. */
  const dataFor = ({ data: { tasks } }: Recipe, from = data): OpenedData => {
    const open = need(from, 'dataset')
    const [wanted, found] = [tasks, open.tasks].map((list) => list?.map((t) => t.name).join(', '))
    if (wanted !== found) throw new Fault('bad-data', `The recipe’s data are ${wanted ? `the tasks ${wanted}` : 'one dataset'}, and ${found ? `the tasks ${found} are` : 'one dataset is'} open.`, 'Open the recipe’s data first.')
    requireMapped(open)
    return open
  }
  const batchesFor = (recipe: Recipe) => {
    const { dataset, tasks } = dataFor(recipe)
    return batchesOf(need(model, 'model').model, recipe, tasks ?? dataset, []).train
  }
  /** With the classes of the open data, where the run predicts classes. */
  const labelled = (recipe: Recipe): Recipe => (data && !data.dataset.isUnmapped ? withLabels(recipe, need(model, 'model').model, data.dataset.rows, data.dataset.name) : recipe)

  /** @param wasRate peak learning rate of its steps so far */
  const run = async (id: string, recipe: Recipe, onEvent: (event: RunEvent) => void, wasRate = recipe.training.learning_rate): Promise<RunRecord> => {
    const mine = (control = new Control())
    const others = tabs.begin({ runId: id, name: recipe.name, steps: recipe.training.steps, stop: () => mine.stop() })
    const say = (event: RunEvent): void => {
      others.tell(event)
      onEvent(event)
    }
    keep(recipe)
    try {
      const ready = async (): Promise<Base> => {
        const on = await mounted()
        await shelf.makeWay()
        return on
      }
      const { dataset, testSet, tasks } = dataFor(recipe)
      return await outliveDevice(ready, { runId: id, recipe, dataset, test: testSet, storage, control: mine, version: __APP_VERSION__, onEvent: say, wasRate, ...(tasks && { tasks }) })
    } finally {
      others.end()
      if (control === mine) control = undefined
    }
  }

  const needs: ShelfNeeds = {
    storage,
    version: __APP_VERSION__,
    opened: () => model,
    mounted,
    isTraining: () => control !== undefined,
    data: () => data?.dataset,
    alone,
  }
  const shelf = adapterShelf(needs)
  const onnx = onnxShelf({ ...needs, openOnnx })
  /** The recipe on the open model and data, as its run would have it. */
  const script = async (given: Recipe): Promise<Map<string, StreamedFile>> => {
    const open = dataFor(given, data && (await readAs(data, given.data)))
    const { model: on, info } = modelFor(given)
    const recipe = await stampRecipe(models.pinned(labelled(given)), on.folder, open.dataset, open.tasks)
    // A builtin model can be had from nowhere else.
    const base = recipe.base.source === 'builtin' ? (await site.model(info.id, storage, () => undefined)).files : undefined
    return scriptFolder(await exportScript(on, recipe, open.tasks ?? open.dataset), base)
  }
  const takeAway = takeAwayShelf({ site, fetcher, pack: parcels(new AdapterLibrary(storage, __APP_VERSION__, () => model, mounted), __APP_VERSION__, script) })
  const models = modelShelf({
    site,
    storage,
    fetcher,
    opened: () => model,
    open: opened,
    openBuiltin: (id) => openBuiltin(id, () => undefined),
    called: (info) => void (model &&= { ...model, info }),
    alone,
  })
  const machine = machineShelf({
    requests,
    kernels,
    soon,
    living,
    async placed(given) {
      if (data) data = await readAs(data, given.data)
      const recipe = labelled(given)
      const { shapes } = batchesFor(recipe)
      keep(recipe)
      const on = await mounted()
      await shelf.makeWay()
      return { base: recipeModel(on, recipe), recipe, shapes }
    },
  })
  const hasGpu = (): Promise<boolean> =>
    device().then(
      () => true,
      (error: unknown) => toFailure(error).code !== 'no-webgpu',
    )

  return {
    ...shelf.calls,
    ...onnx.calls,
    ...models.calls,
    ...takeAway,
    ...machine,
    ...keepShelf({ storage, tabs }),
    ...rowShelf({ open: () => need(data, 'dataset').dataset, options: (recipe) => prepareOptions(recipe) }),
    device: () =>
      resultOf(async () => {
        const { info, device: d } = await device()
        const { vendor, architecture, description, software } = info
        return { vendor, architecture, description, software, maxBufferBytes: Math.min(d.limits.maxBufferSize, d.limits.maxStorageBufferBindingSize) }
      }),
    methods: () =>
      Promise.resolve([...methods.values()].map(({ id, label, group, summary, paper, options, defaultLearningRate }): MethodInfo => ({ id, label, group, summary, paper, options, defaultLearningRate }))),
    presets: () => Promise.resolve(presets),
    methodSizes: (recipe, lists) =>
      resultOf(async () => {
        const { model: m } = need(model, 'model')
        return Promise.all(lists.map((list) => resultOf(async () => methodSize(recipeModel(m, labelled(recipe)), { ...labelled(recipe), methods: list }))))
      }),
    keepWeights: (wanted) =>
      resultOf(async () => {
        // A run holds the weights, even while it is paused.
        if (!control) keep({ base: wanted })
        return true as const
      }),
    samples: () => resultOf(() => site.samples()),
    openBuiltin: (id, onProgress) => resultOf(() => alone(() => openBuiltin(id, onProgress))),
    openFolder: (files, onProgress, id) =>
      resultOf(() =>
        alone(async () => {
          const name = id ?? files[0]?.path.split('/')[0] ?? 'model'
          onProgress(0, 1)
          return opened({ id: name, title: name }, new Map(files.map((f) => [f.path, blobSource(f.file, f.path)])))
        }),
      ),
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
    estimate: (given, probe) =>
      resultOf(() =>
        alone(async () => {
          if (data) data = await readAs(data, given.data)
          const recipe = labelled(given)
          const batches = batchesFor(recipe)
          keep(recipe)
          const plan = estimate(recipeModel(asKept(need(model, 'model').model), recipe), recipe, batches.shapes)
          if (!probe) return plan
          const seconds = await probeSeconds(recipeModel(await mounted(), recipe), recipe, batches, () => waitingRuns > 0)
          return seconds === undefined ? plan : { ...plan, seconds }
        }),
      ),
    train: (recipe, onEvent) =>
      resultOf(() =>
        soon(async () => {
          await swept
          if (data) data = await readAs(data, recipe.data)
          const { model: on } = modelFor(recipe)
          const open = dataFor(recipe)
          const id = `${new Date().toISOString().replace(/[^0-9]/g, '').slice(0, 14)}-${crypto.randomUUID().slice(0, 8)}`
          await storage.inputs.save(id, await inputsOf(open))
          const record: RunRecord = { id, recipe: await stampRecipe(models.pinned(labelled(recipe)), on.folder, open.dataset, open.tasks), createdAt: Date.now(), status: 'running', step: 0, hasAdapter: false }
          await storage.runs.put(record)
          // Asks once that the browser does not clear runs when the disk fills; a refusal changes nothing here.
          void storage.quota.persist().catch(() => false)
          return run(id, record.recipe, onEvent)
        }),
      ),
    continueRun: (id, onEvent, learningRate) =>
      resultOf(() =>
        soon(async () => {
          const record = await storage.runs.get(id)
          const inputs = await storage.inputs.load(id)
          if (!record || !inputs) throw new Fault('storage', 'This run is no longer stored in full.', 'Start a new run.')
          await models.openFor(record.recipe.base)
          data = await openInputs(inputs, record.recipe.data)
          const recipe = learningRate === undefined ? record.recipe : { ...record.recipe, training: { ...record.recipe.training, learning_rate: learningRate } }
          await storage.runs.update(id, { status: 'running', recipe })
          return run(id, recipe, onEvent, record.recipe.training.learning_rate)
        }),
      ),
    pause: async () => control?.pause(),
    resume: async () => control?.resume(),
    stop: async () => control?.stop(),
    runs: () => resultOf(() => storage.runs.list()),
    runEvents: (id) => resultOf(() => storage.runs.events(id)),
    deleteRun: (id) =>
      resultOf(() =>
        storage.withRunLock(id, async () => {
          shelf.release(id)
          await storage.runs.delete(id)
          return true as const
        }),
      ),
    generate: (request, onText) =>
      resultOf(async () => {
        if (quiet.stopped) quiet = { stopped: false }
        const signal = quiet
        const from = (await hasGpu()) ? shelf : onnx
        return from.generate(request, onText, () => signal.stopped)
      }),
    generateBeside: async (requests, onText, onEnd) => {
      if (quiet.stopped) quiet = { stopped: false }
      const signal = quiet
      const cancelled = (): boolean => signal.stopped
      const answers = (await hasGpu()) ? shelf.generateBeside(requests, onText, cancelled) : requests.map((request, i) => resultOf(() => onnx.generate(request, (...said) => onText(i, ...said), cancelled)))
      answers.forEach((coming, i) => void coming.then((result) => onEnd(i, result)))
      return Promise.all(answers)
    },
    stopGenerating: async () => {
      quiet.stopped = true
    },
    exportRun: shelf.calls.exportAdapter,
  }
}
