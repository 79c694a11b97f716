// A project's run is kept here, file by file as the zip is read: bytes stream from it into the storage, each proven before the next. What
// fails or is cancelled on the way leaves nothing.
import { totalSize, type ByteSource } from '../files/byteSource.ts'
import { openProject as read, type ProjectFile } from '../files/project.ts'
import { Fault } from '../protocol/failure.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { StreamedPart } from '../storage/committed.ts'
import type { Storage } from '../storage/storage.ts'

export interface Journey {
  readonly isCancelled: () => boolean
  /** Bytes written and read back, of both together. */
  readonly onProgress: (done: number, total: number) => void
}

export async function openProject(storage: Storage, zip: ByteSource, { isCancelled, onProgress }: Journey): Promise<RunRecord> {
  const { run, events, adapter, data, checkpoint } = await read(zip)
  return storage.withRunLock(run.id, async () => {
    const there = await storage.runs.get(run.id)
    if (there) throw new Fault('storage', `The run “${there.recipe.name}” of this project is here already.`, 'Open it from the list of runs; delete it there first if you want the file’s.')
    const folders = [adapter, data, checkpoint?.parts ?? new Map<string, ProjectFile>()]
    const bytes = totalSize(folders.flatMap((files) => [...files.values()]))
    await storage.quota.require(bytes, 'This project')
    let done = 0
    const went = (by: number): void => {
      if (isCancelled()) throw new Fault('cancelled', 'Opening the project was cancelled.', 'Open it again.')
      done += by
      onProgress(done, 2 * bytes)
    }
    const told = (files: ReadonlyMap<string, ProjectFile>): Map<string, StreamedPart> => new Map([...files].map(([name, file]) => [name, toldOf(file, went)]))
    const { checkpointStep: _step, hasAdapter: _has, ...rest } = run
    await storage.runs.put({ ...rest, hasAdapter: false })
    try {
      went(0)
      for await (const said of events()) await storage.runs.appendEvents(run.id, said)
      if (data.size > 0) await storage.inputs.save(run.id, told(data))
      if (adapter.size > 0) await storage.adapters.save(run.id, told(adapter))
      if (checkpoint) await storage.checkpoints.save(run.id, checkpoint.step, told(checkpoint.parts))
      const kept = await storage.runs.get(run.id)
      if (!kept) throw new Fault('storage', 'The run of this project was deleted while it was opened.', 'Open the project again.')
      return kept
    } catch (error) {
      await storage.runs.delete(run.id).catch(() => undefined)
      throw error
    }
  })
}

/** Says how far it has come, when it is written and when it is read back. */
function toldOf(file: ProjectFile, went: (bytes: number) => void): StreamedPart {
  let back = 0
  return {
    size: file.size,
    sha256: file.sha256,
    async *stream() {
      for await (const chunk of file.stream()) {
        went(chunk.length)
        yield chunk
      }
    },
    onReadBack(bytes) {
      went(bytes - back)
      back = bytes
    },
  }
}
