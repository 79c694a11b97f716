// A folder that the person chose, stood in for: what is written, what is never touched, and what is said when it goes wrong.
import { describe, expect, it } from 'vitest'
import { streamedBytes } from '../files/zip.ts'
import { concat, utf8 } from '../lib/bytes.ts'
import { Fault } from '../protocol/failure.ts'
import type { SendProgress } from '../protocol/takeAway.ts'
import { writeFolder } from './writeFolder.ts'

interface Place {
  readonly files: Map<string, Uint8Array>
  readonly handle: FileSystemDirectoryHandle
  /** Writers that were opened and neither closed nor thrown away. */
  open: number
}

/** As the browser's own, as far as it is used; `fail` throws a DOMException of that name on the first write. */
function place(fail?: string): Place {
  const files = new Map<string, Uint8Array>()
  const folders = new Set<string>([''])
  const missing = (): never => {
    throw new DOMException('missing', 'NotFoundError')
  }
  const folder = (path: string, name: string): FileSystemDirectoryHandle => {
    const at = (entry: string): string => `${path}${entry}`
    const handle = {
      name,
      async getDirectoryHandle(entry: string, options?: { create?: boolean }) {
        if (files.has(at(entry))) throw new DOMException('a file', 'TypeMismatchError')
        if (!folders.has(`${at(entry)}/`) && !options?.create) missing()
        folders.add(`${at(entry)}/`)
        return folder(`${at(entry)}/`, entry)
      },
      async getFileHandle(entry: string) {
        return {
          async createWritable() {
            made.open += 1
            const pieces: Uint8Array[] = []
            return {
              async write(piece: Uint8Array) {
                if (fail !== undefined) throw new DOMException('no', fail)
                pieces.push(piece)
              },
              async close() {
                made.open -= 1
                files.set(at(entry), concat(pieces))
              },
              async abort() {
                made.open -= 1
              },
            }
          },
        }
      },
    }
    return handle as unknown as FileSystemDirectoryHandle
  }
  const made: Place = { files, handle: folder('', 'chosen'), open: 0 }
  return made
}

const given = new Map([['README.md', streamedBytes(utf8('# A card'))], ['onnx/model.onnx', streamedBytes(new Uint8Array(3_000_000))]])
const never = new AbortController().signal

describe('writing into a folder', () => {
  it('makes one of its own, with every file where it belongs', async () => {
    const { files, handle } = place()
    const told: SendProgress[] = []
    expect(await writeFolder(handle, 'pirate', given, never, (p) => told.push(p))).toBe('pirate')
    expect([...files].map(([path, bytes]) => [path, bytes.length])).toEqual([['pirate/README.md', 8], ['pirate/onnx/model.onnx', 3_000_000]])
    expect(told.at(-1)).toEqual({ doing: 'writing', file: 'onnx/model.onnx', done: 3_000_008, total: 3_000_008 })
  })

  it('leaves what is there alone, be it a folder or a file', async () => {
    const { files, handle } = place()
    await writeFolder(handle, 'pirate', given, never, () => undefined)
    files.set('pirate-2', utf8('a file of theirs'))
    expect(await writeFolder(handle, 'pirate', given, never, () => undefined)).toBe('pirate-3')
    expect(new TextDecoder().decode(files.get('pirate-2'))).toBe('a file of theirs')
  })

  it('throws away the file that a cancel breaks off', async () => {
    const made = place()
    const stop = new AbortController()
    const slow = { size: 20, async *stream() { yield new Uint8Array(10); stop.abort(); yield new Uint8Array(10) } }
    await expect(writeFolder(made.handle, 'pirate', new Map([['a', slow]]), stop.signal, () => undefined)).rejects.toMatchObject({ code: 'cancelled' })
    expect([made.open, made.files.size]).toEqual([0, 0])
  })

  it.each([
    ['QuotaExceededError', 'The disk is full.'],
    ['NotAllowedError', 'The browser may not write into this folder.'],
    ['NotFoundError', 'The chosen folder is gone.'],
    ['InvalidStateError', 'The folder could not be written.'],
  ])('%s is a sentence', async (name, message) => {
    const made = place(name)
    const error = await writeFolder(made.handle, 'pirate', given, never, () => undefined).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(Fault)
    expect(error).toMatchObject({ code: 'storage', message, hint: expect.stringMatching(/\.$/) })
    expect(made.open).toBe(0)
  })
})
