// Storage in a folder, for the command line. One process at a time uses a folder.
import { statfs } from 'node:fs/promises'
import { mkdirSync } from 'node:fs'
import { localLocks } from './locks.ts'
import { nodeFiles } from './nodeFiles.ts'
import { nodeRecords } from './nodeRecords.ts'
import { quota } from './quota.ts'
import { createStorage, type Storage } from './storage.ts'

export function nodeStorage(folder: string): Storage {
  return createStorage({
    files: nodeFiles(folder),
    records: nodeRecords(folder),
    locks: localLocks(),
    quota: quota(async () => {
      mkdirSync(folder, { recursive: true })
      const { bavail, bsize } = await statfs(folder)
      return { usedBytes: 0, freeBytes: bavail * bsize, persisted: true }
    }),
  })
}
