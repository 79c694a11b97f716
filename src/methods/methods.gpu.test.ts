import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import type { Batch } from '../data/batches.ts'
import { readNow } from '../engine/readback.ts'
import { readAdapter } from '../files/adapter.ts'
import { toF32 } from '../files/dtype.ts'
import { readHeader } from '../files/safetensors.ts'
import { bytesSource, type ByteSource } from '../files/byteSource.ts'
import { openAdapterFolder } from '../files/adapterFolder.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { bytesOf } from '../graph/tensor.ts'
import { toFailure, type Failure } from '../protocol/failure.ts'
import { defaultRecipe, type MethodChoice, type Recipe } from '../protocol/recipe.ts'
import { subjectOf, type Base } from '../train/base.ts'
import { computeLogits } from '../train/computeLogits.ts'
import { exportRun, recipeFacts } from '../train/exportRun.ts'
import type { Learner, TrainSubject } from '../train/learner.ts'
import { openAdapter } from '../train/openAdapter.ts'
import { mergedModel } from '../train/mergedModel.ts'
import { Params, putWindow, takeWindow } from '../train/params.ts'
import { testBase, testBatch, testTrain, type TestRun } from '../train/testRun.ts'
import type { Attachment } from './method.ts'
import { presets } from './presets.ts'
import { attachAll, attachPeft, methods } from './registry.ts'

const STEPS = 20
const rows = Int32Array.of(0, 3, 11, 12, 17, 20)

interface Subject {
  readonly id: string
  readonly list: readonly MethodChoice[]
  readonly rate: number
  readonly model: string
}
const singles = [...methods.values()].flatMap(({ id, defaultLearningRate: rate }) => ['llama', 'gpt2', 'qwen2'].map((model): Subject => ({ id, list: [{ id, options: {} }], rate, model })))
const named = presets.flatMap(({ id, methods: list, defaultLearningRate: rate }) => ['llama', 'gpt2'].map((model): Subject => ({ id, list, rate, model })))

// What every method must satisfy, on one model of each family. A new file in this folder is found and tested by itself, and so
// is every preset.
describe.each([...singles, ...named])(
  '$id on $model',
  ({ list, rate, model }) => {
    const recipe: Recipe = { ...defaultRecipe(), methods: list }
    let base: Base
    let batch: Batch
    let bare: Float32Array
    let run: TestRun
    let values: Float32Array<ArrayBuffer>
    let tuned: Float32Array
    /** Why this model has nothing for the method to train. */
    let refusal: Failure | undefined

    const logitsOf = (on: Base, subject: TrainSubject, params?: Learner['params']): Promise<Float32Array> =>
      computeLogits(on, subject, params, batch, rows)
    const attach = (): Attachment[] => attachAll(recipe.methods, base.outline)

    beforeAll(async () => {
      base = await testBase(model)
      batch = testBatch(base, 3)
      bare = await logitsOf(base, subjectOf(base, []))
      try {
        attach()
      } catch (error) {
        refusal = toFailure(error)
        return
      }
      run = await testTrain(base, attach(), batch, STEPS, rate)
      values = await run.learner.params.read('values')
      tuned = await logitsOf(base, run.subject, run.learner.params)
    })
    afterAll(async () => {
      await run?.learner.dispose()
      base?.weights.dispose()
    })

    /** A property of a method that this model can be tuned with. */
    const holds = (name: string, check: () => Promise<void>): void =>
      it(name, async () => {
        if (!refusal) return check()
        expect(refusal.code).toBe('bad-recipe')
        expect(refusal.hint).toMatch(/^Use /)
      })

    holds('is the base, bit for bit, before it has learned anything, or says that it is not', async () => {
      const params = await Params.make(base.memory, run.subject.layout)
      params.write('values', run.initial as Float32Array<ArrayBuffer>)
      const fresh = await logitsOf(base, run.subject, params)
      if (list.every((m) => methods.get(m.id)!.startsAsBase)) expect(fresh).toEqual(bare)
      else expect(fresh.every(Number.isFinite)).toBe(true)
      params.dispose()
    })

    holds('learns at its own default rate', async () => {
      expect(run.losses[STEPS - 1]).toBeLessThan(run.losses[0] - 0.01)
      expect(tuned).not.toEqual(bare)
    })

    holds('moves every tensor it declares, and nothing else', async () => {
      const { windows, length } = run.subject.layout
      const covered = new Uint8Array(length)
      for (const w of windows.values()) {
        covered.fill(1, w.offset, w.offset + w.size)
        const [now, then] = [takeWindow(values, w), takeWindow(run.initial, w)]
        // A method that prunes may have taken all of a tensor back.
        const pruned = run.subject.attachments[w.owner].updated !== undefined && now.every((x) => x === 0)
        if (w.frozen) expect(now, w.key).toEqual(then)
        else if (pruned) expect(w.init.kind).toBe('zeros')
        else expect(now, w.key).not.toEqual(then)
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

    holds('leaves the base as it was, bit for bit, when it is detached', async () => {
      expect(await logitsOf(base, subjectOf(base, []))).toEqual(bare)
    })

    holds('gives the same bytes again', async () => {
      const again = await testTrain(base, attach(), batch, STEPS, rate)
      expect(again.losses).toEqual(run.losses)
      expect(await again.learner.params.read('values')).toEqual(values)
      await again.learner.dispose()
    })

    holds('merged into the weights equals attached, where it can be merged', async () => {
      if (!run.subject.attachments.every((a) => a.merge ?? a.trains)) {
        // What changes activations, or depends on the token, has no place in the weights.
        expect(run.subject.attachments.some((a) => a.prompt ?? a.prefix ?? a.sublayer ?? a.ownConfig)).toBe(true)
        return
      }
      const { windows } = run.subject.layout
      const read = (key: string): Float32Array | undefined => {
        const w = windows.get(key)
        return w && takeWindow(values, w)
      }
      const merged = await testBase(mergedModel(base, run.subject.attachments.map((attachment) => ({ attachment, read }))))
      const found = await logitsOf(merged, subjectOf(merged, []))
      const scale = Math.max(...tuned.map(Math.abs))
      const worst = Math.max(...found.map((x, i) => Math.abs(x - tuned[i]))) / scale
      expect(worst).toBeLessThan(1e-5)
      merged.weights.dispose()
    })

    holds('comes back from its files exactly', async () => {
      const { layout, attachments } = run.subject
      const facts = { ...recipeFacts(recipe, 'test'), dataName: 'test', rows: 2, steps: STEPS }
      const files = sources(await exportRun(base, { facts, values, layout, attachments }))
      const union = attachments.length > 1
      if (union || files.has('adapter_config.json')) {
        // Through the door that dropped files take.
        const found = await openAdapter(base, await openAdapterFolder(files))
        const subject = subjectOf(base, found.attachments)
        const params = await Params.make(base.memory, subject.layout)
        params.write('values', found.values)
        const scale = Math.max(...tuned.map(Math.abs))
        // What is saved may have been made in other loops: an encoder's output, a factor that took another in.
        const same = attachments.every((a) => !a.saved || a.adapterHub)
        const loaded = await logitsOf(base, subject, params)
        params.dispose()
        if (same) expect(loaded).toEqual(tuned)
        else expect(Math.max(...loaded.map((x, i) => Math.abs(x - tuned[i]))) / scale).toBeLessThan(1e-5)
        if (union || attachments[0].ownConfig || attachments[0].adapterHub) return
      }
      if (!files.has('adapter_config.json')) {
        const whole = await testBase(await openModelFolder(files))
        expect(await logitsOf(whole, subjectOf(whole, []))).toEqual(tuned)
        for (const w of layout.windows.values()) expect(await whole.weights.readF32(w.key), w.key).toEqual(takeWindow(values, w))
        return whole.weights.dispose()
      }
      if (attachments[0].saved) {
        // The file holds what the method made of its tensors, under the names its library reads.
        const saved = attachments[0].saved(
          // A method may ask for tensors that it has only with other options.
          (key) => layout.windows.get(key) && takeWindow(values, layout.windows.get(key)!),
          [...layout.windows.keys()],
          (key) => layout.windows.get(key)!.shape,
        )
        const source = files.get('adapter_model.safetensors')!
        const { entries } = await readHeader(source)
        expect([...entries.keys()].toSorted()).toEqual([...saved.keys()].toSorted())
        for (const [key, { shape, data }] of saved) {
          const entry = entries.get(key)!
          expect(entry.shape).toEqual(shape)
          expect(toF32((await source.read(entry.start, entry.end)).slice(), 'F32')).toEqual(Float32Array.from(data))
        }
        return
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

// Any two methods of different families either learn together, or say in one sentence why they cannot.
describe('every pair of methods', () => {
  const all = [...methods.values()]
  const pairs = all.flatMap((a, i) => all.slice(i + 1).filter((b) => b.group !== a.group || a.group === 'Prompts').map((b) => ({ a, b })))
  const bases = new Map<string, Base>()
  afterAll(() => bases.forEach((base) => base.weights.dispose()))

  it.each(pairs.map(({ a, b }, i) => ({ a: a.id, b: b.id, model: i % 2 === 0 ? 'llama' : 'gpt2' })))('$a with $b on $model', async ({ a, b, model }) => {
    if (!bases.has(model)) bases.set(model, await testBase(model))
    const base = bases.get(model)!
    const list = [a, b].map((id) => ({ id, options: {} }))
    let attachments: Attachment[]
    try {
      attachments = attachAll(list, base.outline)
      subjectOf(base, attachments)
    } catch (error) {
      const { code, message, hint } = toFailure(error)
      expect(code).toBe('bad-recipe')
      expect(message).toMatch(/cannot be joined|nothing to train/)
      expect(hint).toMatch(/^(Keep|Use|Correct)/)
      return
    }
    const rate = Math.min(...list.map((m) => methods.get(m.id)!.defaultLearningRate))
    const { learner, losses } = await testTrain(base, attachments, testBatch(base, 3), 6, rate)
    await learner.dispose()
    expect(losses[5]).toBeLessThan(losses[0] - 0.001)
  })
})

const sources = (files: ReadonlyMap<string, Uint8Array>): Map<string, ByteSource> =>
  new Map([...files].map(([name, bytes]) => [name, bytesSource(bytes, name)]))
