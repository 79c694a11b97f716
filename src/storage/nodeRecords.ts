// Records in one file, a line per write: a line is whole or, after a crash, ignored; so a write is atomic. Opening the
// file rewrites it without its history.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { appendFile, open, readFile, rename, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { turns } from '../lib/turns.ts'
import { Fault } from '../protocol/failure.ts'
import { applyChange, emptyRows, readRows, type Rows } from './memoryRecords.ts'
import { tables, type Change, type RecordStore } from './recordStore.ts'

/** One process per folder, because opening it rewrites it. An owner that has died has left. */
function takeFolder(folder: string): void {
  const path = join(folder, 'owner')
  const alive = (owner: number): boolean => {
    try {
      return process.kill(owner, 0)
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EPERM'
    }
  }
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
  } catch {
    const owner = Number(readFileSync(path, 'utf8'))
    if (owner > 0 && owner !== process.pid && alive(owner))
      throw new Fault('storage', `Process ${owner} uses ${folder}.`, 'Wait for it to end, or choose another folder.')
    writeFileSync(path, String(process.pid))
  }
}

async function restore(path: string): Promise<Rows> {
  const rows = emptyRows()
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  })
  for (const line of text.split('\n')) {
    if (line === '') continue
    let changes: readonly Change[]
    try {
      changes = JSON.parse(line) as readonly Change[]
    } catch {
      // Only the last line can be torn, and its write was never acknowledged.
      break
    }
    for (const change of changes) applyChange(rows, change)
  }
  return rows
}

export function nodeRecords(folder: string): RecordStore {
  const path = join(folder, 'records.jsonl')
  const opened = async (): Promise<{ rows: Rows; file: FileHandle }> => {
    mkdirSync(folder, { recursive: true })
    takeFolder(folder)
    const rows = await restore(path)
    const fresh = await open(`${path}.new`, 'w')
    const changes = tables.flatMap((table) => [...rows[table]].map(([key, put]) => ({ table, key, put })))
    for (const change of changes) await appendFile(fresh, `${JSON.stringify([change])}\n`)
    await fresh.sync()
    await fresh.close()
    await rename(`${path}.new`, path)
    return { rows, file: await open(path, 'a') }
  }
  let state: ReturnType<typeof opened> | undefined
  const inTurn = turns()
  const ready = () =>
    (state ??= opened().catch((error: unknown) => {
      state = undefined
      throw error
    }))
  return {
    get: async (table, key) => readRows((await ready()).rows).get(table, key),
    all: async (table, prefix) => readRows((await ready()).rows).all(table, prefix),
    write: (changes) =>
      inTurn(async () => {
        const { rows, file } = await ready()
        try {
          await appendFile(file, `${JSON.stringify(changes)}\n`)
          await file.sync()
        } catch (error) {
          // The line may be torn: the next use reads the file anew and leaves it out.
          state = undefined
          await file.close().catch(() => undefined)
          throw error
        }
        for (const change of structuredClone(changes)) applyChange(rows, change)
      }),
    close: () =>
      inTurn(async () => {
        const { file } = (await state) ?? {}
        state = undefined
        await file?.close()
        if (file) rmSync(join(folder, 'owner'), { force: true })
      }),
  }
}
