// A record store in memory. Values are cloned on the way in and out, as a database does, so that nobody shares them.
import { tables, type Change, type RecordStore, type Table, type Tables } from './recordStore.ts'

export type Rows = { [T in Table]: Map<string, Tables[T]> }

export const emptyRows = (): Rows => Object.fromEntries(tables.map((table) => [table, new Map()])) as unknown as Rows

/** Applies one change; the only place that says what `put`, `patch` and `remove` do outside a database. */
export function applyChange(rows: Rows, change: Change): void {
  const map = rows[change.table] as Map<string, object>
  if ('prefix' in change) {
    for (const key of map.keys()) if (key.startsWith(change.prefix)) map.delete(key)
  } else if ('put' in change) map.set(change.key, change.put)
  else if ('remove' in change) map.delete(change.key)
  else {
    const old = map.get(change.key)
    if (old) map.set(change.key, { ...old, ...change.patch })
  }
}

/** Reading from rows, shared with the store that keeps them in a file. */
export function readRows(rows: Rows): Pick<RecordStore, 'get' | 'all'> {
  return {
    get: async (table, key) => structuredClone(rows[table].get(key)),
    all: async (table, prefix = '') =>
      [...rows[table]]
        .filter(([key]) => key.startsWith(prefix))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value: structuredClone(value) })),
  }
}

export function memoryRecords(rows: Rows = emptyRows()): RecordStore {
  return {
    ...readRows(rows),
    async write(changes) {
      for (const change of structuredClone(changes)) applyChange(rows, change)
    },
    async close() {},
  }
}
