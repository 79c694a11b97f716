// Checkpoints of runs. A new one never touches the last: its files are written and proven first, then one strict
// transaction moves the pointer, and only then are generations before the last two deleted. Knows no tensor.
import { describeBytes } from '../lib/describeBytes.ts'
import { Fault } from '../protocol/failure.ts'
import { bytesOf, openFolder, readFolder, writeFolder, type Parts, type StoredSource } from './committed.ts'
import type { FileStore } from './fileStore.ts'
import type { Quota } from './quota.ts'
import { sortable, type RecordStore } from './recordStore.ts'
import { storageFault, storing } from './storageFault.ts'

const GENERATIONS = 2

export interface LoadedCheckpoint {
  readonly step: number
  readonly parts: ReadonlyMap<string, Uint8Array>
  /** Newer generations that could not be used, as sentences for the person; empty as a rule. */
  readonly passedOver: readonly string[]
}

export interface Checkpoints {
  /** Resolves when the checkpoint is on the disk, proven, and the one that `load` answers. Answers its bytes. */
  save(runId: string, step: number, parts: Parts): Promise<number>
  /** The newest checkpoint that is intact; undefined where the run has none. */
  load(runId: string): Promise<LoadedCheckpoint | undefined>
  /** The newest checkpoint as it lies, not checked, for streaming; undefined where the run has none. */
  open(runId: string): Promise<{ readonly step: number; readonly parts: ReadonlyMap<string, StoredSource> } | undefined>
  /**
   * Forgets the generations of that step and later, whose values turned out to be bad, unless none is left then.
   * Answers the step of the newest one that is left from before.
   */
  forgetFrom(runId: string, step: number): Promise<number | undefined>
  /** Steps of the stored generations, newest first. */
  steps(runId: string): Promise<number[]>
}

export function checkpoints(files: FileStore, records: RecordStore, quota: Quota): Checkpoints {
  /** Generations that could not be read: they do not count as one of the two. */
  const damaged = new Set<string>()
  const generations = async (runId: string) => (await records.all('checkpoints', `${runId}/`)).toReversed()

  const prune = async (runId: string): Promise<void> => {
    const all = await generations(runId)
    const good = all.filter(({ key }) => !damaged.has(key))
    if (good.length < GENERATIONS) return
    const kept = new Set(good.slice(0, GENERATIONS))
    const old = all.filter((generation) => !kept.has(generation))
    if (old.length === 0) return
    // Pointers go first: files without a pointer are only litter, a pointer without files is a lie.
    await records.write(old.map(({ key }) => ({ table: 'checkpoints', key, remove: true })))
    for (const { value } of old) await files.remove(value.folder)
  }

  return {
    async save(runId, step, parts) {
      const what = `The checkpoint of step ${step}`
      const bytes = bytesOf(parts)
      let last: number | undefined
      try {
        const [newest] = await generations(runId)
        last = newest?.value.step
        await quota.require(bytes, what)
        // Steps may repeat after falling back; the count keeps "newest" meaning "written last".
        const count = newest ? Number(newest.key.slice(runId.length + 1).split('-')[0]) + 1 : 0
        const name = `${sortable(count)}-${step}-${crypto.randomUUID()}`
        const stored = await writeFolder(files, `checkpoints/${runId}/${name}`, parts)
        await records.write([
          { table: 'checkpoints', key: `${runId}/${name}`, put: { ...stored, step } },
          { table: 'runs', key: runId, patch: { checkpointStep: step } },
        ])
      } catch (error) {
        const kept = last === undefined ? 'Nothing was saved before it.' : `The one of step ${last} is kept.`
        throw storageFault(error, { what, bytes, kept })
      }
      // The new one is safe; what cannot be tidied now, the next start sweeps.
      await prune(runId).catch(() => undefined)
      return bytes
    },

    load: (runId) =>
      storing({ what: 'The saved state of this run' }, async () => {
        const stored = await generations(runId)
        const passedOver: string[] = []
        for (const { key, value } of stored) {
          try {
            return { step: value.step, parts: await readFolder(files, value), passedOver }
          } catch (error) {
            damaged.add(key)
            const why = storageFault(error, { what: 'a file of it' }).message
            passedOver.push(`The checkpoint of step ${value.step} cannot be used: ${why}`)
          }
        }
        if (stored.length === 0) return undefined
        const bytes = stored.reduce((sum, { value }) => sum + value.files.reduce((n, file) => n + file.bytes, 0), 0)
        throw new Fault(
          'storage',
          `No checkpoint of this run can be read; ${stored.length} were saved (${describeBytes(bytes)}).`,
          'The browser may have cleared this site’s data, or the disk is failing. Start the run anew.',
          passedOver.join('\n'),
        )
      }),

    open: (runId) =>
      storing({ what: 'The saved state of this run' }, async () => {
        const [newest] = await generations(runId)
        return newest && { step: newest.value.step, parts: await openFolder(files, newest.value) }
      }),

    forgetFrom: (runId, step) =>
      storing({ what: 'The list of checkpoints' }, async () => {
        const all = await generations(runId)
        const good = all.find(({ key, value }) => value.step < step && !damaged.has(key))?.value.step
        const bad = all.filter(({ value }) => value.step >= step)
        if (good === undefined || bad.length === 0) return good
        await records.write([...bad.map(({ key }) => ({ table: 'checkpoints' as const, key, remove: true as const })), { table: 'runs', key: runId, patch: { checkpointStep: good } }])
        // Files without a pointer are litter, which the next start sweeps.
        for (const { value } of bad) await files.remove(value.folder).catch(() => undefined)
        return good
      }),

    steps: (runId) =>
      storing({ what: 'The list of checkpoints' }, async () => (await generations(runId)).map(({ value }) => value.step)),
  }
}
