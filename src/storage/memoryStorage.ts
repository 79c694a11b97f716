// Storage that forgets everything when the process ends.
import { localLocks } from './locks.ts'
import { memoryFiles } from './memoryFiles.ts'
import { memoryRecords } from './memoryRecords.ts'
import { quota } from './quota.ts'
import { createStorage, type Storage } from './storage.ts'

export function memoryStorage(): Storage {
  return createStorage({
    files: memoryFiles(),
    records: memoryRecords(),
    locks: localLocks(),
    quota: quota(() => Promise.resolve({ usedBytes: 0, freeBytes: Number.MAX_SAFE_INTEGER, persisted: false })),
  })
}
