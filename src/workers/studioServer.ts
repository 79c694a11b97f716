// What the page asks for, answered by shelves, each for its part. Composition only; every failure leaves as data. One job uses
// the GPU at a time, except that answers stream side by side.
import { blobSource } from '../files/byteSource.ts'
import type { StreamedFile } from '../files/zip.ts'
import { turns } from '../lib/turns.ts'
import { presets } from '../methods/presets.ts'
import { methods } from '../methods/registry.ts'
import type { MethodInfo, MethodSize } from '../protocol/methods.ts'
import type { MethodChoice, Recipe } from '../protocol/recipe.ts'
import { resultOf } from '../protocol/result.ts'
import type { BaseInfo, Studio } from '../protocol/studio.ts'
import type { Storage } from '../storage/storage.ts'
import { estimate } from '../train/estimate.ts'
import { exportScript } from '../train/exportScript.ts'
import { KernelMemory } from '../train/kernelMemory.ts'
import { methodSize } from '../train/methodSize.ts'
import { probeSeconds } from '../train/probeSeconds.ts'
import { recipeModel } from '../train/recipeModel.ts'
import { stampRecipe } from '../train/stampRecipe.ts'
import { AdapterLibrary } from './adapterLibrary.ts'
import { adapterShelf, type Shelf, type ShelfNeeds } from './adapterShelf.ts'
import { dataShelf } from './dataShelf.ts'
import type { HubFetcher } from './hubClient.ts'
import { keepShelf } from './keepShelf.ts'
import { machineShelf } from './machineShelf.ts'
import { modelShelf } from './modelShelf.ts'
import { need } from './need.ts'
import { onnxShelf } from './onnxShelf.ts'
import { readAs } from './openedData.ts'
import type { OpenOnnx } from './ortClient.ts'
import { parcels, scriptFolder } from './parcels.ts'
import type { RequestLog } from './requestLog.ts'
import { rowShelf } from './rowShelf.ts'
import { runShelf, type RunShelf } from './runShelf.ts'
import { Site } from './site.ts'
import type { Tabs } from './tabs.ts'
import { takeAwayShelf } from './takeAwayShelf.ts'
import { Workbench } from './workbench.ts'

export function studioServer(page: URL, storage: Storage, openOnnx: OpenOnnx, fetcher: HubFetcher, requests: RequestLog, tabs: Tabs): Studio {
  const version = __APP_VERSION__
  const site = new Site(page)
  const kernels = new KernelMemory(storage, version)
  let waitingRuns = 0
  let quiet = { stopped: false }

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

  const bench: Workbench = new Workbench(kernels, () => shelf.forget())
  const data = dataShelf({ site, model: () => bench.model(), alone })
  const needs: ShelfNeeds = {
    storage,
    version,
    opened: () => bench.opened,
    mounted: () => bench.mounted(),
    isTraining: () => runs.isTraining(),
    data: () => data.opened()?.dataset,
    alone,
  }
  const shelf: Shelf = adapterShelf(needs)
  const onnx = onnxShelf({ ...needs, openOnnx })

  const openBuiltin = async (id: string, onProgress: (done: number, total: number) => void): Promise<BaseInfo> => {
    const { model: builtin, files } = await site.model(id, storage, onProgress)
    return bench.open({ id, title: builtin.title, storedAs: `builtin/${id}` }, files)
  }
  const models = modelShelf({
    site,
    storage,
    fetcher,
    opened: () => bench.opened,
    open: (called, files) => bench.open(called, files),
    openBuiltin: (id) => openBuiltin(id, () => undefined),
    called: (info) => bench.call(info),
    alone,
  })
  const runs: RunShelf = runShelf({ storage, version, tabs, bench, data, adapters: shelf, models, soon })

  /** The recipe on the open model and data, as its run would have it. */
  const script = async (given: Recipe): Promise<Map<string, StreamedFile>> => {
    const opened = data.opened()
    const open = data.dataFor(given, opened && (await readAs(opened, given.data)))
    const { model: on, info } = bench.modelFor(given)
    const recipe = await stampRecipe(models.pinned(data.labelled(given)), on.folder, open.dataset, open.tasks)
    // A builtin model can be had from nowhere else.
    const base = recipe.base.source === 'builtin' ? (await site.model(info.id, storage, () => undefined)).files : undefined
    return scriptFolder(await exportScript(on, recipe, open.tasks ?? open.dataset), base)
  }
  const takeAway = takeAwayShelf({ site, fetcher, pack: parcels(new AdapterLibrary(storage, version, needs.opened, needs.mounted), version, script) })
  /** The recipe on the open data, with its batches; from here on weights are kept as it says. */
  const placed = async (given: Recipe) => {
    await data.reread(given)
    const recipe = data.labelled(given)
    const batches = data.batchesFor(recipe)
    bench.keep(recipe)
    return { recipe, batches }
  }
  const machine = machineShelf({
    requests,
    kernels,
    soon,
    living: () => bench.living(),
    async placed(given) {
      const { recipe, batches } = await placed(given)
      const on = await bench.mounted()
      await shelf.makeWay()
      return { base: recipeModel(on, recipe), recipe, shapes: batches.shapes }
    },
  })

  return {
    ...shelf.calls,
    ...onnx.calls,
    ...models.calls,
    ...takeAway,
    ...machine,
    ...data.calls,
    ...runs.calls,
    ...keepShelf({ storage, tabs }),
    ...rowShelf({ open: () => need(data.opened(), 'dataset').dataset, options: (recipe) => data.prepareOptions(recipe) }),
    device: () =>
      resultOf(async () => {
        const { info, device: d } = await bench.device()
        const { vendor, architecture, description, software } = info
        return { vendor, architecture, description, software, maxBufferBytes: Math.min(d.limits.maxBufferSize, d.limits.maxStorageBufferBindingSize) }
      }),
    methods: () =>
      Promise.resolve([...methods.values()].map(({ id, label, group, summary, paper, options, defaultLearningRate }): MethodInfo => ({ id, label, group, summary, paper, options, defaultLearningRate }))),
    presets: () => Promise.resolve(presets),
    methodSizes: (recipe, lists) =>
      resultOf(async () => {
        const open = bench.model()
        const sizeOf = (list: readonly MethodChoice[]): MethodSize => {
          const labelled = data.labelled(recipe)
          return methodSize(recipeModel(open, labelled), { ...labelled, methods: list })
        }
        return Promise.all(lists.map((list) => resultOf(async () => sizeOf(list))))
      }),
    keepWeights: (wanted) =>
      resultOf(async () => {
        // A run holds the weights, even while it is paused.
        if (!runs.isTraining()) bench.keep({ base: wanted })
        return true as const
      }),
    samples: () => resultOf(() => site.samples()),
    openBuiltin: (id, onProgress) => resultOf(() => alone(() => openBuiltin(id, onProgress))),
    openFolder: (files, onProgress, id) =>
      resultOf(() =>
        alone(async () => {
          const name = id ?? files[0]?.path.split('/')[0] ?? 'model'
          onProgress(0, 1)
          return bench.open({ id: name, title: name }, new Map(files.map((f) => [f.path, blobSource(f.file, f.path)])))
        }),
      ),
    estimate: (given, probe) =>
      resultOf(() =>
        alone(async () => {
          const { recipe, batches } = await placed(given)
          const plan = estimate(recipeModel(bench.modelAsKept(), recipe), recipe, batches.shapes)
          if (!probe) return plan
          const seconds = await probeSeconds(recipeModel(await bench.mounted(), recipe), recipe, batches, () => waitingRuns > 0)
          return seconds === undefined ? plan : { ...plan, seconds }
        }),
      ),
    generate: (request, onText) =>
      resultOf(async () => {
        if (quiet.stopped) quiet = { stopped: false }
        const signal = quiet
        const from = (await bench.hasGpu()) ? shelf : onnx
        return from.generate(request, onText, () => signal.stopped)
      }),
    generateBeside: async (requests, onText, onEnd) => {
      if (quiet.stopped) quiet = { stopped: false }
      const signal = quiet
      const cancelled = (): boolean => signal.stopped
      const answers = (await bench.hasGpu()) ? shelf.generateBeside(requests, onText, cancelled) : requests.map((request, i) => resultOf(() => onnx.generate(request, (...said) => onText(i, ...said), cancelled)))
      answers.forEach((coming, i) => void coming.then((result) => onEnd(i, result)))
      return Promise.all(answers)
    },
    stopGenerating: async () => {
      quiet.stopped = true
    },
    exportRun: shelf.calls.exportAdapter,
  }
}
