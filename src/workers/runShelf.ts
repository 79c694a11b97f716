// What the page asks about runs, answered: started, continued, paused, stopped, listed, deleted. One run at a time.
import type { RunEvent } from '../protocol/event.ts'
import { Fault } from '../protocol/failure.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { resultOf } from '../protocol/result.ts'
import type { RunRecord, Studio } from '../protocol/studio.ts'
import type { Storage } from '../storage/storage.ts'
import type { Base } from '../train/base.ts'
import { Control } from '../train/control.ts'
import { outliveDevice } from '../train/outliveDevice.ts'
import { stampRecipe } from '../train/stampRecipe.ts'
import type { Shelf } from './adapterShelf.ts'
import type { DataShelf } from './dataShelf.ts'
import type { ModelShelf } from './modelShelf.ts'
import { inputsOf } from './openedData.ts'
import type { Tabs } from './tabs.ts'
import type { Workbench } from './workbench.ts'

export interface RunNeeds {
  readonly storage: Storage
  readonly version: string
  readonly tabs: Tabs
  readonly bench: Workbench
  readonly data: DataShelf
  readonly adapters: Pick<Shelf, 'makeWay' | 'release'>
  readonly models: Pick<ModelShelf, 'pinned' | 'openFor'>
  /** One at a time, before a probe that is in flight. */
  soon<T>(work: () => Promise<T>): Promise<T>
}

export interface RunShelf {
  readonly calls: Pick<Studio, 'train' | 'continueRun' | 'pause' | 'resume' | 'stop' | 'runs' | 'runEvents' | 'deleteRun'>
  /** A run holds the weights, even while it is paused. */
  isTraining(): boolean
}

export function runShelf({ storage, version, tabs, bench, data, adapters, models, soon }: RunNeeds): RunShelf {
  let control: Control | undefined
  const swept = storage.sweep().catch(() => 0)

  /** @param wasRate peak learning rate of its steps so far */
  const run = async (id: string, recipe: Recipe, onEvent: (event: RunEvent) => void, wasRate = recipe.training.learning_rate): Promise<RunRecord> => {
    const mine = (control = new Control())
    const others = tabs.begin({ runId: id, name: recipe.name, steps: recipe.training.steps, stop: () => mine.stop() })
    const say = (event: RunEvent): void => {
      others.tell(event)
      onEvent(event)
    }
    bench.keep(recipe)
    try {
      const ready = async (): Promise<Base> => {
        const on = await bench.mounted()
        await adapters.makeWay()
        return on
      }
      const { dataset, testSet, tasks } = data.dataFor(recipe)
      return await outliveDevice(ready, { runId: id, recipe, dataset, test: testSet, storage, control: mine, version, onEvent: say, wasRate, ...(tasks && { tasks }) })
    } finally {
      others.end()
      if (control === mine) control = undefined
    }
  }

  return {
    isTraining: () => control !== undefined,
    calls: {
      train: (recipe, onEvent) =>
        resultOf(() =>
          soon(async () => {
            await swept
            await data.reread(recipe)
            const { model: on } = bench.modelFor(recipe)
            const open = data.dataFor(recipe)
            const id = `${new Date().toISOString().replace(/[^0-9]/g, '').slice(0, 14)}-${crypto.randomUUID().slice(0, 8)}`
            await storage.inputs.save(id, await inputsOf(open))
            const stamped = await stampRecipe(models.pinned(data.labelled(recipe)), on.folder, open.dataset, open.tasks)
            await storage.runs.put({ id, recipe: stamped, createdAt: Date.now(), status: 'running', step: 0, hasAdapter: false })
            // Asks once that the browser does not clear runs when the disk fills; a refusal changes nothing here.
            void storage.quota.persist().catch(() => false)
            return run(id, stamped, onEvent)
          }),
        ),
      continueRun: (id, onEvent, learningRate) =>
        resultOf(() =>
          soon(async () => {
            const record = await storage.runs.get(id)
            const inputs = await storage.inputs.load(id)
            if (!record || !inputs) throw new Fault('storage', 'This run is no longer stored in full.', 'Start a new run.')
            await models.openFor(record.recipe.base)
            await data.reopen(inputs, record.recipe)
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
            adapters.release(id)
            await storage.runs.delete(id)
            return true as const
          }),
        ),
    },
  }
}
