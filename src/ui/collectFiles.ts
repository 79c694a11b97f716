// Every file of a drop, folders walked through. Entries must be taken before the drop event ends; files may follow.
import type { NamedFile } from '../protocol/studio.ts'

/** Far above any model folder; stops a whole disk from being listed by accident. */
const MOST_FILES = 10_000

export async function collectFiles(transfer: DataTransfer): Promise<readonly NamedFile[]> {
  const taken = [...transfer.items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile())
  const files: NamedFile[] = []
  for (const one of taken) {
    // A file that lives in no file system, such as an image dragged from a page, has no entry.
    if (one instanceof File) files.push({ path: one.name, file: one })
    else if (one) await walk(one, files)
  }
  return files
}

export const namedFiles = (list: FileList): readonly NamedFile[] =>
  [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }))

async function walk(entry: FileSystemEntry, files: NamedFile[]): Promise<void> {
  if (files.length >= MOST_FILES) return
  const path = entry.fullPath.replace(/^\//, '')
  if (isFile(entry)) {
    files.push({ path, file: await new Promise<File>((done, fail) => entry.file(done, fail)) })
  } else if (isFolder(entry)) {
    const reader = entry.createReader()
    for (;;) {
      // A reader hands out its entries in portions and ends with an empty one.
      const portion = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail))
      if (portion.length === 0) return
      for (const child of portion) await walk(child, files)
    }
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
