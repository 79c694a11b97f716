// The database's versions. A version is a list entry that turns the one before into it, and is never edited once
// released; opening a database of any age runs what it lacks. Knows no queries.
import { openDB, type IDBPDatabase } from 'idb'
import { Fault } from '../protocol/failure.ts'
import type { Tables } from './recordStore.ts'

export type Schema = { [T in keyof Tables]: { key: string; value: Tables[T] } }
export type Database = IDBPDatabase<Schema>

const migrations: readonly ((database: Database) => void)[] = [
  // 1: keys are text, values the records of recordStore.ts.
  (database) => {
    for (const table of ['runs', 'events', 'checkpoints', 'adapters', 'inputs', 'models'] as const) database.createObjectStore(table)
  },
  // 2: adapters that came from no run.
  (database) => {
    database.createObjectStore('shelf')
  },
  // 3: models of several files, and when each was used.
  (database) => {
    database.createObjectStore('library')
  },
  // 4: kernels that were found fastest.
  (database) => {
    database.createObjectStore('kernels')
  },
]
const SCHEMA_VERSION = migrations.length

/** How long another tab may keep an older version open before this one says so. */
const BLOCKED_MS = 5000

/** Opens the database; `onGone` says that the connection has ended and must be opened again before its next use. */
export async function openDatabase(name: string, onGone: () => void): Promise<Database> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let late = false
  let giveUp: () => void = () => undefined
  const blocked = new Promise<never>((_, fail) => {
    giveUp = () => {
      late = true
      fail(
        new Fault('storage', 'Another tab keeps an older Tunesmith open.', 'Close the other Tunesmith tabs and reload this one.'),
      )
    }
  })
  const opening = openDB<Schema>(name, SCHEMA_VERSION, {
    // Only this says that another tab is in the way; a busy machine may be slow without one.
    blocked() {
      timer = setTimeout(giveUp, BLOCKED_MS)
    },
    upgrade(database, from) {
      for (const migrate of migrations.slice(from)) migrate(database)
    },
    // A newer tab wants to upgrade: let go at once, and come back on the next use.
    blocking(_current, _wanted, event) {
      const database: unknown = event.target
      if (database instanceof IDBDatabase) database.close()
      onGone()
    },
    terminated: onGone,
  })
  // A database that opens after all, when nobody waits any more, must not block the next one.
  void opening.then((database) => late && database.close()).catch(() => undefined)
  try {
    return await Promise.race([opening, blocked])
  } finally {
    clearTimeout(timer)
  }
}
