// What is kept here and may leave as one file: how much room it takes, what of it may go, and a run as a project that opens anywhere.
import { projectFiles, readProject } from '../files/project.ts'
import { streamedBytes, unzip, zipStream } from '../files/zip.ts'
import { Fault } from '../protocol/failure.ts'
import type { KeepShelf } from '../protocol/keep.ts'
import type { Result } from '../protocol/result.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { Storage } from '../storage/storage.ts'
import { folderName } from './parcels.ts'
import type { Tabs } from './tabs.ts'

export interface KeepNeeds {
  readonly storage: Storage
  readonly tabs: Pick<Tabs, 'listen' | 'askAgain' | 'takeOver'>
  answer<T>(work: () => Promise<T>): Promise<Result<T>>
}

export function keepShelf({ storage, tabs, answer }: KeepNeeds): KeepShelf {
  const need = async (id: string): Promise<RunRecord> => {
    const run = await storage.runs.get(id)
    if (!run) throw new Fault('storage', 'This run is no longer stored.', 'Reload the page to see which are.')
    return run
  }
  return {
    async watchTabs(onNews) {
      tabs.listen(onNews)
    },
    async askTab(runId) {
      tabs.askAgain(runId)
    },
    takeOver: (runId) => answer(async () => (await tabs.takeOver(runId), true as const)),
    storageUse: () =>
      answer(async () => {
        const [use, models] = await Promise.all([storage.use(), storage.models.list()])
        const arrived = await Promise.all(models.map(({ id, bytes, complete }) => (complete ? bytes : storage.models.arrived(id))))
        return { ...use, models: arrived.reduce((a, b) => a + b, 0) }
      }),
    keepSafe: () => answer(() => storage.quota.persist()),
    dropCheckpoints: (id) => answer(async () => (await storage.dropCheckpoints(id), true as const)),
    exportProject: (id, withData) =>
      answer(() =>
        // A run that is writing is not taken away half-written.
        storage.withRunLock(id, async () => {
          const run = await need(id)
          const [events, adapter, data, checkpoint] = await Promise.all([storage.runs.events(id), storage.adapters.load(id), withData ? storage.inputs.load(id) : undefined, storage.checkpoints.load(id)])
          const files = await projectFiles({ run, events, adapter: adapter ?? new Map(), data: data ?? new Map(), ...(checkpoint && { checkpoint }) })
          return { name: `${folderName(run.recipe.name, 'run')}.project.zip`, zip: await zipStream(new Map([...files].map(([path, bytes]) => [path, streamedBytes(bytes)]))) }
        }),
      ),
    openProject: ({ file }) =>
      answer(async () => {
        const { run, events, adapter, data, checkpoint } = await readProject(await unzip(file))
        return storage.withRunLock(run.id, async () => {
          const there = await storage.runs.get(run.id)
          if (there) throw new Fault('storage', `The run “${there.recipe.name}” of this project is here already.`, 'Open it from the list of runs; delete it there first if you want the file’s.')
          const bytes = [adapter, data, checkpoint?.parts ?? new Map<string, Uint8Array>()].flatMap((part) => [...part.values()]).reduce((n, b) => n + b.length, 0)
          await storage.quota.require(bytes, 'This project')
          const { checkpointStep: _step, hasAdapter: _has, ...rest } = run
          await storage.runs.put({ ...rest, hasAdapter: false })
          try {
            await storage.runs.appendEvents(run.id, events)
            if (data.size > 0) await storage.inputs.save(run.id, data)
            if (adapter.size > 0) await storage.adapters.save(run.id, adapter)
            if (checkpoint) await storage.checkpoints.save(run.id, checkpoint.step, checkpoint.parts)
          } catch (error) {
            await storage.runs.delete(run.id).catch(() => undefined)
            throw error
          }
          return need(run.id)
        })
      }),
  }
}
