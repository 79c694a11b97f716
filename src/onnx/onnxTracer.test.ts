import type { Tensor } from 'onnxruntime-web'
import { describe, expect, it } from 'vitest'
import { wholeOf, testRuntime } from './testRuntime.ts'
import { bits } from '../lib/rng.ts'
import { openModel } from '../train/base.ts'
import { exportOnnx } from '../train/exportOnnx.ts'
import { testFolder } from '../train/testFolder.ts'
import { OnnxSession } from './onnxSession.ts'

const graphOf = async (name: string): Promise<Uint8Array> =>
  wholeOf(exportOnnx(openModel(testFolder(name)), [], { baseModel: 'base', name, adapters: [], version: 'test', dtype: 'fp32' }).get('onnx/model.onnx')!)
const text = (seed: number, length: number): number[] => Array.from({ length }, (_, i) => 2 + (bits(seed, 1, i) % 58))
const apart = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((x, i) => Math.abs(x - b[i])))

// One graph serves prompts, single tokens and padded batches: what a query sees is computed inside it.
describe('the traced graph', () => {
  it.each(['llama', 'mistral', 'gemma3_text', 'gpt2', 'opt'])('of %s says the same in one go, token by token, and in a padded batch', async (name) => {
    const ort = await testRuntime()
    const model = await graphOf(name)
    const asked = await OnnxSession.open(ort, { model })
    const [long, short] = [text(1, 14), text(2, 6)]
    const whole = await asked.logits(long)
    const width = whole.length / long.length
    let last = await asked.next(long.slice(0, 3), true)
    expect(apart(last, whole.slice(2 * width, 3 * width))).toBeLessThan(1e-5)
    for (let n = 3; n < long.length; n++) {
      last = await asked.next([long[n]], false)
      expect(apart(last, whole.slice(n * width, (n + 1) * width))).toBeLessThan(1e-5)
    }
    // Cut into other stretches, the cache holds the same.
    await asked.next(long.slice(0, 5), true)
    expect(apart(await asked.next(long.slice(5), false), last)).toBeLessThan(1e-5)

    const session = await ort.InferenceSession.create(model)
    const gap = long.length - short.length
    const whole64 = (values: readonly number[]): Tensor => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [2, long.length])
    const past = Object.fromEntries(
      session.inputMetadata.flatMap((meta) => (meta.isTensor && meta.name.startsWith('past') ? [[meta.name, new ort.Tensor('float32', new Float32Array(0), [2, Number(meta.shape[1]), 0, Number(meta.shape[3])])]] : [])),
    )
    const found = await session.run({
      input_ids: whole64([...long, ...long.slice(0, gap).map(() => 0), ...short]),
      attention_mask: whole64([...long.map(() => 1), ...long.map((_, i) => (i < gap ? 0 : 1))]),
      position_ids: whole64([...long.keys(), ...long.map((_, i) => Math.max(0, i - gap))]),
      ...past,
    })
    const { data } = found['logits'] as { data: Float32Array }
    expect(apart(data.slice(0, whole.length), whole)).toBeLessThan(1e-5)
    expect(apart(data.slice((long.length + gap) * width), await asked.logits(short))).toBeLessThan(1e-5)
    await Promise.all([asked.close(), session.release()])
  })

  it.each(['bert', 'roberta', 'distilbert', 'llama for sequences'])('of %s sees past the padding of a batch', async (name) => {
    const ort = await testRuntime()
    const model = await graphOf(name)
    const asked = await OnnxSession.open(ort, { model })
    const session = await ort.InferenceSession.create(model)
    const [long, short] = [text(3, 9), text(4, 4)]
    const whole64 = (values: readonly number[]): Tensor => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [2, long.length])
    const fill = long.slice(short.length).map(() => 1)
    const given: Readonly<Record<string, Tensor>> = {
      input_ids: whole64([...long, ...short, ...fill]),
      attention_mask: whole64([...long.map(() => 1), ...short.map(() => 1), ...fill.map(() => 0)]),
      token_type_ids: whole64([...long, ...long].map(() => 0)),
    }
    const found = await session.run(Object.fromEntries(session.inputNames.map((input) => [input, given[input]])))
    const { data, dims } = found['logits'] as { data: Float32Array; dims: readonly number[] }
    const alone = await asked.logits(short)
    const second = data.slice(data.length / 2).slice(0, alone.length)
    expect(dims).toEqual(name === 'roberta' ? [2, 9, 3] : [2, 3])
    expect(apart(second, alone)).toBeLessThan(1e-5)
    expect(apart(data.slice(0, data.length / 2), await asked.logits(long))).toBeLessThan(1e-5)
    await Promise.all([asked.close(), session.release()])
  })
})
