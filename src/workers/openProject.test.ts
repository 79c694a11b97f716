// A large project is opened with little memory, with its progress told, and cancelled without a trace. TUNESMITH_PROJECT_MB says how large.
import { openAsBlob } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { blobSource, CHUNK_BYTES } from '../files/byteSource.ts'
import { projectFiles, type ProjectFile } from '../files/project.ts'
import { streamedBytes, zipStream, type StreamedFile } from '../files/zip.ts'
import { sha256, Sha256 } from '../lib/sha256.ts'
import { hex, utf8 } from '../lib/bytes.ts'
import type { RunEvent } from '../protocol/event.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import type { RunRecord } from '../protocol/studio.ts'
import { nodeStorage } from '../storage/nodeStorage.ts'
import type { Storage } from '../storage/storage.ts'
import { openProject } from './openProject.ts'

const MIB = 2 ** 20
const SLOW = 600_000
const SIZE = Number(process.env['TUNESMITH_PROJECT_MB'] ?? 32) * MIB

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const run: RunRecord = { id: 'large', recipe: { ...defaultRecipe(), name: 'Large' }, createdAt: 5, status: 'done', step: 2, checkpointStep: 2, hasAdapter: true }
const step: RunEvent = { type: 'step', step: 1, steps: 2, loss: 2.5, learningRate: 1e-3, gradNorm: 0.1, tokens: 8, trainedTokens: 4, ms: 3 }
/** Bytes that no packing makes small, made as they are read. */
function* noise(size: number): Generator<Uint8Array> {
  let n = 1
  for (let at = 0; at < size; at += MIB) yield new Uint8Array(Uint32Array.from({ length: Math.min(MIB, size - at) / 4 }, () => (n = (Math.imul(n, 1664525) + 1013904223) >>> 0)).buffer)
}
function noisy(size: number): ProjectFile {
  const sum = new Sha256()
  for (const piece of noise(size)) sum.update(piece)
  return {
    size,
    sha256: hex(sum.digest()),
    async *stream() {
      yield* noise(size)
    },
  }
}
const small = (text: string): ProjectFile => ({ ...streamedBytes(utf8(text)), sha256: sha256(utf8(text)) })

let folder: string
let path: string
const storages: Storage[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-project-'))
  path = join(folder, 'large.project.zip')
  await pack(path, SIZE)
}, SLOW)
afterAll(async () => {
  for (const storage of storages) await storage.close()
  await rm(folder, { recursive: true, force: true })
})

const partsOf = (size: number): ReadonlyMap<string, ProjectFile> => new Map([['moments.bin', noisy(size / 2)], ['trainables.bin', noisy(size / 4)]])
const pack = async (to: string, size: number, change: (files: Map<string, StreamedFile>) => void = () => undefined): Promise<void> => {
  const files = projectFiles({ run, events: [step, { ...step, step: 2 }], adapter: new Map([['adapter_model.safetensors', noisy(size / 4)]]), data: new Map([['train', small('{"a":1}')]]), checkpoint: { step: 2, parts: partsOf(size) } })
  change(files)
  await writeFile(to, (await zipStream(files)).stream())
}
const open = async (from: string, onProgress: (done: number, total: number) => void = () => undefined, isCancelled = () => false) => {
  const root = await mkdtemp(join(folder, 'storage-'))
  const storage = nodeStorage(root)
  storages.push(storage)
  const opened = await openProject(storage, blobSource(await openAsBlob(from), 'large.project.zip'), { onProgress, isCancelled }).catch((e: unknown) => e as Error)
  return { opened, storage, left: async () => (await readdir(root, { recursive: true, withFileTypes: true })).filter((e) => e.isFile() && !/^owner$|\.jsonl?$/.test(e.name)).map((e) => e.name) }
}

it('streams into the storage', { timeout: SLOW }, async () => {
  collect()
  const before = process.memoryUsage()
  const seen: number[] = []
  let [most, mostHeap] = [0, 0]
  const { opened, storage } = await open(path, (done, total) => {
    seen.push(done / total)
    collect()
    const now = process.memoryUsage()
    most = Math.max(most, now.arrayBuffers - before.arrayBuffers)
    mostHeap = Math.max(mostHeap, now.heapUsed - before.heapUsed)
  })
  console.log(`${SIZE / MIB} MiB project: ${(most / MIB).toFixed(1)} MiB of buffers, ${(mostHeap / MIB).toFixed(1)} MiB of heap at most, ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB resident at most`)
  expect(opened).toEqual(run)
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect([seen[0], seen.at(-1)]).toEqual([0, 1])
  expect(seen.length).toBeGreaterThan(SIZE / CHUNK_BYTES)
  expect(most).toBeLessThan(24 * MIB)
  expect(mostHeap).toBeLessThan(16 * MIB)
  const kept = await storage.checkpoints.open('large')
  expect([...kept!.parts].map(([name, { size, sha256: sum }]) => [name, size, sum])).toEqual([...partsOf(SIZE)].map(([name, { size, sha256: sum }]) => [name, size, sum]))
  expect(await storage.runs.events('large')).toHaveLength(2)
})

it('can be cancelled, and then keeps nothing', { timeout: SLOW }, async () => {
  let at = 0
  const { opened, storage, left } = await open(path, (done, total) => (at = done / total), () => at > 0.4)
  expect(opened).toMatchObject({ code: 'cancelled' })
  expect(at).toBeLessThan(0.6)
  expect(await storage.runs.list()).toEqual([])
  expect(await left()).toEqual([])
})

it('refuses what is not what was saved, though the archive is sound', { timeout: SLOW }, async () => {
  const other = join(folder, 'other.project.zip')
  for (const [name, text, told] of [['data/train', '{"a":2}', 'train is not what was saved.'], ['metrics.jsonl', '{}', 'metrics.jsonl is not what was saved.'], ['data/deep/x', 'x', 'data/deep/x is not in its list.']] as const) {
    await pack(other, MIB, (files) => files.set(name, streamedBytes(utf8(text))))
    const { opened, storage, left } = await open(other)
    expect((opened as Error).message).toContain(told)
    expect([await storage.runs.list(), await left()]).toEqual([[], []])
  }
})
