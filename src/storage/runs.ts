// The list of runs and what each one said. Events are appended in chunks, one record each, so that a long run is never
// rewritten. Deleting a run forgets everything of it at once, then frees its files.
import type { RunEvent } from '../protocol/event.ts'
import type { RunRecord } from '../protocol/studio.ts'
import { segments, type FileStore } from './fileStore.ts'
import { sortable, type Change, type RecordStore } from './recordStore.ts'
import { storing } from './storageFault.ts'

export interface Runs {
  put(run: RunRecord): Promise<void>
  get(id: string): Promise<RunRecord | undefined>
  /** Newest first. */
  list(): Promise<RunRecord[]>
  update(id: string, fields: Partial<RunRecord>): Promise<void>
  /** Adds events at the end, in order. Only the holder of the run's lock may. */
  appendEvents(id: string, events: readonly RunEvent[]): Promise<void>
  events(id: string): Promise<RunEvent[]>
  /** Forgets what was said after `step`, or of all of them for −1: a run that continues from there says it again. */
  dropEventsAfter(id: string, step: number): Promise<void>
  delete(id: string): Promise<void>
}

/** Whether a run that goes on from that step says this again: every step after it, and what is only said at the end. */
const isSaidAgain = (event: RunEvent, step: number): boolean =>
  ('step' in event && event.step > step) || (event.type === 'score' && (step < 0 || event.when === 'after')) || event.type === 'report'

export function runs(files: FileStore, records: RecordStore): Runs {
  const chunks = (id: string) => records.all('events', `${id}/`)
  /** Next chunk per run; read from the store the first time. */
  const next = new Map<string, number>()

  return {
    put: (run) =>
      storing({ what: 'The run' }, async () => {
        segments(run.id)
        await records.write([{ table: 'runs', key: run.id, put: run }])
      }),
    get: (id) => storing({ what: 'The run' }, () => records.get('runs', id)),
    list: () =>
      storing({ what: 'The list of runs' }, async () =>
        (await records.all('runs'))
          .map(({ value }) => value)
          .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1)),
      ),
    update: (id, fields) => storing({ what: 'The run' }, () => records.write([{ table: 'runs', key: id, patch: fields }])),

    appendEvents: (id, events) =>
      storing({ what: 'The run’s events' }, async () => {
        if (events.length === 0) return
        const last = next.has(id) ? undefined : (await chunks(id)).at(-1)?.key
        const at = next.get(id) ?? (last === undefined ? 0 : Number(last.slice(id.length + 1)) + 1)
        // Claimed before the write: a failed chunk leaves a gap, which readers do not mind.
        next.set(id, at + 1)
        await records.write([{ table: 'events', key: `${id}/${sortable(at)}`, put: { events } }])
      }),
    events: (id) => storing({ what: 'The run’s events' }, async () => (await chunks(id)).flatMap(({ value }) => value.events)),
    dropEventsAfter: (id, step) =>
      storing({ what: 'The run’s events' }, async () => {
        const changes: Change[] = []
        let past = false
        for (const { key, value } of await chunks(id)) {
          const cut = past ? 0 : value.events.findIndex((event) => isSaidAgain(event, step))
          if (cut < 0) continue
          past = true
          if (cut === 0) changes.push({ table: 'events', key, remove: true })
          else changes.push({ table: 'events', key, put: { events: value.events.slice(0, cut) } })
        }
        if (changes.length > 0) await records.write(changes)
      }),

    delete: (id) =>
      storing({ what: 'The run' }, async () => {
        next.delete(id)
        await records.write([
          { table: 'runs', key: id, remove: true },
          { table: 'adapters', key: id, remove: true },
          { table: 'inputs', key: id, remove: true },
          { table: 'events', prefix: `${id}/`, remove: true },
          { table: 'checkpoints', prefix: `${id}/`, remove: true },
        ])
        for (const room of ['checkpoints', 'adapters', 'inputs']) await files.remove(`${room}/${id}`)
      }),
  }
}
