// Records in IndexedDB. A write is one transaction with strict durability: it resolves when the disk has it. A connection
// that a newer tab or the browser closed is opened again, once, for the call that found it closed.
import type { Change, RecordStore, Table, Tables } from './recordStore.ts'
import { openDatabase, type Database } from './schema.ts'

const range = (prefix: string): IDBKeyRange | undefined =>
  prefix === '' ? undefined : IDBKeyRange.bound(prefix, `${prefix}\uffff`)

export function idbRecords(name = 'tunesmith'): RecordStore {
  let open: Promise<Database> | undefined
  const database = (): Promise<Database> => {
    open ??= openDatabase(name, () => (open = undefined)).catch((error: unknown) => {
      open = undefined
      throw error
    })
    return open
  }
  const using = async <T>(task: (database: Database) => Promise<T>): Promise<T> => {
    const first = await database()
    try {
      return await task(first)
    } catch (error) {
      // "The database connection is closing": nothing of the transaction was done.
      if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error
      open = undefined
      return task(await database())
    }
  }
  return {
    get: (table, key) => using((db) => db.get(table, key)),
    all: (table, prefix = '') =>
      using(async (db) => {
        const store = db.transaction(table).store
        const [keys, values] = await Promise.all([store.getAllKeys(range(prefix)), store.getAll(range(prefix))])
        return values.map((value, i) => ({ key: keys[i] ?? '', value: value as Tables[typeof table] }))
      }),
    write: (changes) =>
      using(async (db) => {
        const names = [...new Set(changes.map((change): Table => change.table))]
        if (names.length === 0) return
        const transaction = db.transaction(names, 'readwrite', { durability: 'strict' })
        const apply = async (change: Change): Promise<unknown> => {
          const store = transaction.objectStore(change.table)
          if ('prefix' in change) return store.delete(IDBKeyRange.bound(change.prefix, `${change.prefix}\uffff`))
          if ('put' in change) return store.put(change.put, change.key)
          if ('remove' in change) return store.delete(change.key)
          const old = await store.get(change.key)
          return old && store.put({ ...old, ...change.patch }, change.key)
        }
        const each = changes.map((change) =>
          apply(change).catch((error: unknown) => {
            // A value that cannot be cloned fails before the database sees it, and would leave the others to commit.
            try {
              transaction.abort()
            } catch {
              // It has ended already.
            }
            throw error
          }),
        )
        // All are settled before anyone is told, or a late rejection would go unheard.
        const outcomes = await Promise.allSettled([...each, transaction.done])
        const failed = outcomes.find((outcome) => outcome.status === 'rejected')
        if (failed) throw failed.reason
      }),
    async close() {
      const current = open
      open = undefined
      ;(await current)?.close()
    },
  }
}
