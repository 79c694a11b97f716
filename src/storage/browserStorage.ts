// Storage in this browser, for a worker: IndexedDB for records, the private file system for bytes, Web Locks for owners.
import { idbRecords } from './idbRecords.ts'
import { webLocks } from './locks.ts'
import { opfsFiles } from './opfsFiles.ts'
import { browserQuota } from './quota.ts'
import { createStorage, type Storage } from './storage.ts'

export function browserStorage(name = 'tunesmith'): Storage {
  return createStorage({ files: opfsFiles(name), records: idbRecords(name), locks: webLocks(), quota: browserQuota() })
}
