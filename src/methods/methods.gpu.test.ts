import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import type { Batch } from '../data/batches.ts'
import { readNow } from '../engine/readback.ts'
import { readAdapter } from '../files/adapter.ts'
import { bytesSource, type ByteSource } from '../files/byteSource.ts'
import { openModelFolder, type ModelFolder } from '../files/modelFolder.ts'
import { bytesOf } from '../graph/tensor.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import { subjectOf, type Base } from '../train/base.ts'
import { census } from '../train/census.ts'
import { computeLogits } from '../train/computeLogits.ts'
import { exportRun, recipeFacts } from '../train/exportRun.ts'
import type { Learner, TrainSubject } from '../train/learner.ts'
import { Params, putWindow, takeWindow } from '../train/params.ts'
import { testBase, testBatch, testTrain, type TestRun } from '../train/testRun.ts'
import type { Attachment, LinearSite } from './method.ts'
import { attachAll, attachPeft, methods } from './registry.ts'

const STEPS = 20
const rows = Int32Array.of(0, 3, 11, 12, 17, 20)

// What every method must satisfy, on one model of each family. A new file in this folder is found and tested by itself.
describe.each([...methods.keys()].flatMap((id) => ['llama', 'gpt2', 'qwen2'].map((model) => ({ id, model }))))(
  '$id on $model',
  ({ id, model }) => {
    const recipe: Recipe = { ...defaultRecipe(), methods: [{ id, options: {} }] }
    const rate = methods.get(id)!.defaultLearningRate
    let base: Base
    let batch: Batch
    let bare: Float32Array
    let run: TestRun
    let values: Float32Array<ArrayBuffer>
    let tuned: Float32Array

    const logitsOf = (on: Base, subject: TrainSubject, params?: Learner['params']): Promise<Float32Array> =>
      computeLogits(on, subject, params, batch, rows)
    const attach = (): Attachment[] => attachAll(recipe.methods, base.outline)

    beforeAll(async () => {
      base = await testBase(model)
      batch = testBatch(base, 3)
      bare = await logitsOf(base, subjectOf(base, []))
      run = await testTrain(base, attach(), batch, STEPS, rate)
      values = await run.learner.params.read('values')
      tuned = await logitsOf(base, run.subject, run.learner.params)
    })
    afterAll(async () => {
      await run?.learner.dispose()
      base?.weights.dispose()
      expect(base?.memory.bytes()).toBe(0)
    })

    it('is the base, bit for bit, before it has learned anything', async () => {
      const params = await Params.make(base.memory, run.subject.layout)
      params.write('values', run.initial as Float32Array<ArrayBuffer>)
      expect(await logitsOf(base, run.subject, params)).toEqual(bare)
      params.dispose()
    })

    it('learns at its own default rate', () => {
      expect(run.losses[STEPS - 1]).toBeLessThan(run.losses[0] - 0.01)
      expect(tuned).not.toEqual(bare)
    })

    it('moves every tensor it declares, and nothing else', async () => {
      const { windows, length } = run.subject.layout
      const covered = new Uint8Array(length)
      for (const w of windows.values()) {
        covered.fill(1, w.offset, w.offset + w.size)
        expect(takeWindow(values, w), w.key).not.toEqual(takeWindow(run.initial, w))
      }
      expect(values.filter((_, i) => covered[i] === 0).every((gap) => gap === 0)).toBe(true)
      // The frozen weights on the GPU are still those of the file.
      const kept = await testBase(await goldenModel(model))
      for (const entry of run.subject.census.weights) {
        const [now, then] = await Promise.all([base, kept].map((b) => readNow(b.memory, [b.weights.shared.get(entry.name)!])))
        expect(new Uint8Array(now[0]), entry.name).toEqual(new Uint8Array(then[0]))
        expect(now[0].byteLength).toBe(bytesOf({ shape: entry.shape, dtype: run.subject.dtypeOf(entry.name) }))
      }
      kept.weights.dispose()
    })

    it('leaves the base as it was, bit for bit, when it is detached', async () => {
      expect(await logitsOf(base, subjectOf(base, []))).toEqual(bare)
    })

    it('gives the same bytes again', async () => {
      const again = await testTrain(base, attach(), batch, STEPS, rate)
      expect(again.losses).toEqual(run.losses)
      expect(await again.learner.params.read('values')).toEqual(values)
      await again.learner.dispose()
    })

    it('merged into the weights equals attached', async () => {
      const merged = await testBase(await mergedFolder(base, run, values))
      const found = await logitsOf(merged, subjectOf(merged, []))
      const scale = Math.max(...tuned.map(Math.abs))
      const worst = Math.max(...found.map((x, i) => Math.abs(x - tuned[i]))) / scale
      expect(worst).toBeLessThan(1e-5)
      merged.weights.dispose()
    })

    it('comes back from its files exactly', async () => {
      const { layout, attachments } = run.subject
      const facts = { ...recipeFacts(recipe, 'test'), dataName: 'test', rows: 2, steps: STEPS }
      const files = sources(await exportRun(base, { facts, values, layout, attachments }))
      if (!files.has('adapter_config.json')) {
        const whole = await testBase(await openModelFolder(files))
        expect(await logitsOf(whole, subjectOf(whole, []))).toEqual(tuned)
        for (const w of layout.windows.values()) expect(await whole.weights.readF32(w.key), w.key).toEqual(takeWindow(values, w))
        return whole.weights.dispose()
      }
      const { config, tensors } = await readAdapter(files)
      const subject = subjectOf(base, [attachPeft(config, base.outline)])
      expect([...subject.layout.windows.keys()]).toEqual([...layout.windows.keys()])
      expect([...tensors.keys()].toSorted()).toEqual([...layout.windows.keys()].toSorted())
      const params = await Params.make(base.memory, subject.layout)
      const loaded = new Float32Array(subject.layout.length)
      for (const w of subject.layout.windows.values()) {
        expect(tensors.get(w.key)!.shape).toEqual(w.shape)
        putWindow(loaded, w, tensors.get(w.key)!.data)
      }
      expect(loaded).toEqual(values)
      params.write('values', loaded)
      expect(await logitsOf(base, subject, params)).toEqual(tuned)
      params.dispose()
    })
  },
)

const sources = (files: ReadonlyMap<string, Uint8Array>): Map<string, ByteSource> =>
  new Map([...files].map(([name, bytes]) => [name, bytesSource(bytes, name)]))

/** The base's folder with every trained tensor in its place and every low-rank or scaling update merged. */
async function mergedFolder(base: Base, { subject }: TestRun, values: Float32Array): Promise<ModelFolder> {
  const sites = new Map<string, LinearSite>()
  const probe: Attachment = {
    linear(site, x, inner) {
      sites.set(site.path, site)
      return inner(x)
    },
  }
  census(base.family, base.config, [probe])
  const { windows } = subject.layout
  const read = (key: string): Float32Array | undefined => {
    const w = windows.get(key)
    return w && takeWindow(values, w)
  }
  const changed = new Map<string, Float32Array>()
  for (const name of base.outline.tensors) {
    const path = name.replace(/\.weight$/, '')
    const key = subject.attachments.map((a) => a.trains?.(name)).find((k) => k !== undefined)
    const w = (key === undefined ? undefined : read(key)) ?? (await base.weights.readF32(name)).slice()
    const site = sites.get(path)
    if (site && name !== path) for (const a of subject.attachments) a.merge?.(site, w, read)
    changed.set(name, w)
  }
  const tensors = new Map(base.folder.tensors)
  for (const [name, w] of changed) {
    const entry = tensors.get(name)!
    const bytes = new Uint8Array(w.slice().buffer)
    async function* stream(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      yield bytes
    }
    tensors.set(name, {
      ...entry,
      dtype: 'F32',
      bytes: bytes.length,
      stream,
      read: async () => bytes,
      readF32: async () => w.slice(),
    })
  }
  return { ...base.folder, tensors }
}
