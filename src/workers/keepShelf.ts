// What is kept here and may leave as one file: how much room it takes, what of it may go, and a run as a project that opens anywhere.
import { blobSource } from '../files/byteSource.ts'
import { projectFiles, type ProjectFile } from '../files/project.ts'
import { zipStream } from '../files/zip.ts'
import { Fault } from '../protocol/failure.ts'
import type { KeepShelf } from '../protocol/keep.ts'
import { resultOf } from '../protocol/result.ts'
import type { RunRecord } from '../protocol/studio.ts'
import { provenStream, type StoredSource } from '../storage/committed.ts'
import type { Storage } from '../storage/storage.ts'
import { openProject } from './openProject.ts'
import { folderName } from './parcels.ts'
import type { Tabs } from './tabs.ts'

export interface KeepNeeds {
  readonly storage: Storage
  readonly tabs: Pick<Tabs, 'listen' | 'askAgain' | 'takeOver'>
}

const projectFile = (source: StoredSource): ProjectFile => ({ size: source.size, sha256: source.sha256, stream: () => provenStream(source) })
const projectOf = (files: ReadonlyMap<string, StoredSource> = new Map()): Map<string, ProjectFile> => new Map([...files].map(([name, source]) => [name, projectFile(source)]))

export function keepShelf({ storage, tabs }: KeepNeeds): KeepShelf {
  /** The project that is being opened. */
  let opening = { isCancelled: false }
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
    takeOver: (runId) => resultOf(async () => (await tabs.takeOver(runId), true as const)),
    storageUse: () =>
      resultOf(async () => {
        const [use, models] = await Promise.all([storage.use(), storage.models.list()])
        const arrived = await Promise.all(models.map(({ id, bytes, complete }) => (complete ? bytes : storage.models.arrived(id))))
        return { ...use, models: arrived.reduce((a, b) => a + b, 0) }
      }),
    keepSafe: () => resultOf(() => storage.quota.persist()),
    dropCheckpoints: (id) => resultOf(async () => (await storage.dropCheckpoints(id), true as const)),
    exportProject: (id, withData) =>
      resultOf(() =>
        // A run that is writing is not taken away half-written.
        storage.withRunLock(id, async () => {
          const run = await need(id)
          const [events, adapter, data, checkpoint] = await Promise.all([storage.runs.events(id), storage.adapters.open(id), withData ? storage.inputs.open(id) : undefined, storage.checkpoints.open(id)])
          const files = projectFiles({ run, events, adapter: projectOf(adapter), data: projectOf(data), ...(checkpoint && { checkpoint: { step: checkpoint.step, parts: projectOf(checkpoint.parts) } }) })
          return { name: `${folderName(run.recipe.name, 'run')}.project.zip`, zip: await zipStream(files) }
        }),
      ),
    openProject: ({ file, path }, onProgress) =>
      resultOf(() => {
        const mine = (opening = { isCancelled: false })
        return openProject(storage, blobSource(file, path), { isCancelled: () => mine.isCancelled, onProgress })
      }),
    keepFiles: (files) => resultOf(() => storage.desk.keep(files.map(({ task, part, file: { path, file } }) => ({ part, path, source: blobSource(file, path), ...(task !== undefined && { task }) })))),
    keptFiles: (name) =>
      resultOf(async () =>
        Promise.all(
          (await storage.desk.open(name)).map(async ({ task, part, path, source }) => {
            const bytes = source.blob ?? new Blob([await source.read(0, source.size)])
            return { part, file: { path, file: new File([bytes], path.split('/').at(-1)!) }, ...(task !== undefined && { task }) }
          }),
        ),
      ),
    async cancelProject() {
      opening.isCancelled = true
    },
  }
}
