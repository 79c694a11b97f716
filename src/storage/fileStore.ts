// Where bulk bytes lie: a small tree of files, written whole or appended to. Three places implement it (the browser's
// private file system, a folder, memory); nobody above knows which. A writer's bytes count only after `close`.
import type { ByteSource } from '../files/byteSource.ts'
import { Fault } from '../protocol/failure.ts'

export interface FileWriter {
  /** Bytes in the file so far. */
  readonly bytes: number
  write(chunk: Uint8Array): Promise<void>
  /** Flushes to the disk and releases the file. */
  close(): Promise<void>
}

export interface FileStore {
  /** `new` empties an existing file, `append` goes on at its end. Folders are made on the way. */
  writer(path: string, mode: 'new' | 'append'): Promise<FileWriter>
  /** The file as it is on the disk, or undefined. */
  source(path: string): Promise<ByteSource | undefined>
  /** A file or a whole folder; one that is absent is fine. */
  remove(path: string): Promise<void>
  /** Names in a folder; an absent folder is empty. */
  list(folder: string): Promise<string[]>
}

/** The segments of a path inside a store; refuses one that could lead out of it. */
export function segments(path: string): string[] {
  const parts = path.split('/')
  const good = parts.every((part) => /^[\w.@ +-]{1,200}$/.test(part) && !/^\.+$/.test(part))
  if (!good)
    throw new Fault(
      'storage',
      `A stored file cannot be named ${JSON.stringify(path)}.`,
      'Use letters, digits, dots and dashes in its name.',
    )
  return parts
}
