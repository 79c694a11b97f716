// A base whose linear layers are quantised computes, trains, decodes and takes merges as one whose files hold the rounded
// weights; it takes the bytes that were planned, and is as near to the base as README.md says.
import { afterEach, describe, expect, it } from 'vitest'
import { goldenModel, realFile } from '../../e2e/golden/goldenFiles.ts'
import { readNow } from '../engine/readback.ts'
import type { ModelFolder, TensorEntry } from '../files/modelFolder.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { readFolder } from '../files/nodeSource.ts'
import { packBlocks, unpackBlocks, type Quantized } from '../graph/packBlocks.ts'
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from '../lib/halfFloat.ts'
import { attachAll } from '../methods/registry.ts'
import type { MethodChoice } from '../protocol/recipe.ts'
import { openModel, subjectOf, type Base } from './base.ts'
import { computeLogits } from './computeLogits.ts'
import { Decoder } from './decoder.ts'
import { generate } from './generate.ts'
import { mergeIntoMounted } from './mergeWeights.ts'
import { freshValues } from './freshValues.ts'
import { fittingOf } from './openAdapter.ts'
import { Params } from './params.ts'
import { GREEDY } from './sampleToken.ts'
import { testBase, testBatch, testTrain } from './testRun.ts'
import { findTensor, matrixType, weightBytes } from './weights.ts'

const types: readonly Quantized[] = ['int8', 'nf4', 'nf4_double']

const mounted: Base[] = []
afterEach(() => {
  for (const base of mounted.splice(0)) base.weights.dispose()
})
const opened = async (model: string | ModelFolder, to?: Quantized): Promise<Base> => {
  const base = await testBase(model, { ...(to && { quantization: to }) })
  mounted.push(base)
  return base
}

/** The folder with every matrix that would be quantised as floats, rounded to what blocks can hold. */
async function rounded(folder: ModelFolder, to: Quantized): Promise<ModelFolder> {
  const model = openModel(folder, { quantization: to })
  const tensors = new Map<string, TensorEntry>(folder.tensors)
  for (const { name } of model.outline.manifest) {
    if (matrixType(model, name) !== to) continue
    const entry = folder.tensors.get(name)!
    const given = await entry.readF32()
    const values = unpackBlocks(packBlocks(given, to), to, given.length)
    const bytes = new Uint8Array(values.buffer)
    tensors.set(name, { ...entry, dtype: 'F32', bytes: bytes.length, read: async () => bytes, readF32: async () => values, stream: async function* () { yield bytes } })
  }
  return { ...folder, tensors }
}

const logitsOf = (base: Base): Promise<Float32Array> => {
  const batch = testBatch(base, 5)
  return computeLogits(base, subjectOf(base, []), undefined, batch, Int32Array.from({ length: batch.B * batch.T - 2 }, (_, i) => i))
}
function worst(found: Float32Array, expected: Float32Array): number {
  let [error, size] = [0, 0]
  expected.forEach((v, i) => {
    error = Math.max(error, Math.abs(v - found[i]))
    size = Math.max(size, Math.abs(v))
  })
  return error / size
}
const lora: MethodChoice = { id: 'lora', options: { r: 4, target_modules: ['all-linear'] } }

// Linear layers stored [out, in] and [in, out], of f32 and f16 files, a tied head, widths that are no multiple of a block.
// Every further kernel costs a software GPU seconds of compiling, so each type takes its share of them.
describe.each([
  ['int8', ['llama', 'gpt2']],
  ['nf4', ['qwen2_f16', 'odd/gpt2']],
  ['nf4_double', ['odd/llama']],
] as const)('%s', (to, models) => {
  it.each(models)('%s computes with the rounded weights', async (name) => {
    const folder = await goldenModel(name)
    const [base, same] = [await opened(folder, to), await opened(await rounded(folder, to))]
    expect(worst(await logitsOf(base), await logitsOf(same))).toBeLessThan(2e-6)
    const { weights } = subjectOf(base, []).census
    expect(base.memory.bytes('weights')).toBe(weights.reduce((n, e) => n + Math.max(16, weightBytes(base, [e])), 0))
    expect(base.memory.bytes('transfer')).toBe(0)
    expect(base.memory.bytes('weights')).toBeLessThan(same.memory.bytes('weights'))
  })

  it('trains as on the rounded weights', async () => {
    const choice = to === 'nf4' ? { id: 'lora', options: { ...lora.options, use_dora: true } } : lora
    const folder = await goldenModel(to === 'int8' ? 'gpt2' : 'llama')
    const [base, same] = [await opened(folder, to), await opened(await rounded(folder, to))]
    const runs = []
    for (const on of [base, same]) runs.push(await testTrain(on, attachAll([choice], on.outline), testBatch(on, 2), 6, 1e-2))
    for (const { learner } of runs) await learner.dispose()
    const [found, expected] = runs.map((r) => r.losses)
    found.forEach((loss, i) => expect(Math.abs(loss - expected[i]) / expected[i], `step ${i + 1}`).toBeLessThan(1e-5))
    expect(found.at(-1)).toBeLessThan(found[0])
  })

  it.skipIf(to !== 'nf4').each([{ init_lora_weights: 'pissa' }, { init_lora_weights: 'olora' }, { use_dora: true }])('a fresh adapter with %j is the quantised base', async (options) => {
    const base = await opened('llama', to)
    const batch = testBatch(base, 5)
    const subject = subjectOf(base, attachAll([{ ...lora, options: { ...lora.options, ...options } }], base.outline))
    const params = await Params.make(base.memory, subject.layout)
    params.write('values', await freshValues(base, subject.layout, 1))
    const rows = Int32Array.from({ length: batch.B * batch.T - 2 }, (_, i) => i)
    const found = await computeLogits(base, subject, params, batch, rows)
    params.dispose()
    expect(worst(found, await logitsOf(base))).toBeLessThan(1e-5)
  })

  it('answers as the rounded weights do, token after token', async () => {
    const folder = await goldenModel('llama')
    const texts = []
    for (const on of [await opened(folder, to), await opened(await rounded(folder, to))]) {
      const decoder = await Decoder.make(on, subjectOf(on, []), undefined, 1, 24)
      const found: number[] = []
      for await (const { token } of generate(decoder, [Int32Array.of(3, 14, 15)], { maxNewTokens: 16, sampling: GREEDY, stop: new Set() })) found.push(token)
      decoder.dispose()
      texts.push(found)
    }
    expect(texts[0]).toHaveLength(16)
    expect(texts[0]).toEqual(texts[1])
  })

  it('takes an adapter merged into its original weights, and gives the base back', async () => {
    const base = await opened('llama', to)
    const places = [...base.weights.shared.values()]
    const bytes = async (): Promise<Uint8Array[]> => (await readNow(base.memory, places)).map((b) => new Uint8Array(b))
    const before = await bytes()
    const subject = subjectOf(base, attachAll([lora], base.outline))
    const values = Float32Array.from({ length: subject.layout.length }, (_, i) => 0.1 * Math.sin(i))
    await mergeIntoMounted(base, [{ adapter: { ...fittingOf(subject), values }, weight: 1 }])
    expect((await bytes()).filter((b, i) => b.some((v, k) => v !== before[i][k])).length).toBeGreaterThan(0)
    const merged = await logitsOf(base)
    await mergeIntoMounted(base, [])
    expect(await bytes()).toEqual(before)
    expect(worst(merged, await logitsOf(base))).toBeGreaterThan(1e-3)
  })
})

// Root mean square of the error over that of the logits; bytes of the starter's weights (6,309,120 as in the file); how many
// tokens of a story are the same at least.
const measured = { int8: { error: 0.005, bytes: 4_097_280, words: 40 }, nf4: { error: 0.08, bytes: 2_920_320, words: 12 }, nf4_double: { error: 0.08, bytes: 2_853_528, words: 12 } }

// Other matrices in another float type than the file's: embeddings and head, and all where nothing is quantised.
describe.each([
  ['llama', 'bf16'],
  ['odd/gpt2', 'f16'],
  ['qwen2_f16', 'bf16'],
] as const)('%s in %s', (name, floats) => {
  it('computes with the rounded weights', async () => {
    const folder = await goldenModel(name)
    const narrow = floats === 'bf16' ? (x: Float32Array) => bf16ToF32(f32ToBf16(x)) : (x: Float32Array) => f16ToF32(f32ToF16(x))
    const tensors = new Map<string, TensorEntry>(folder.tensors)
    for (const { name: path, role } of openModel(folder).outline.manifest) {
      const entry = findTensor(folder, openModel(folder).family, path)!
      if (role !== 'matrix') continue
      const values = narrow(await entry.readF32())
      const bytes = new Uint8Array(values.buffer)
      tensors.set(entry.name, { ...entry, dtype: 'F32', bytes: bytes.length, read: async () => bytes, readF32: async () => values, stream: async function* () { yield bytes } })
    }
    const [base, same] = [await testBase(folder, { floats }), await testBase({ ...folder, tensors })]
    mounted.push(base, same)
    expect(worst(await logitsOf(base), await logitsOf(same))).toBeLessThan(2e-6)
    const both = await testBase(folder, { floats, quantization: 'nf4' })
    mounted.push(both)
    const bytes = [same, base, both].map((b) => b.memory.bytes('weights'))
    expect(bytes[1]).toBeLessThan(bytes[0] * 0.6)
    expect(bytes[2]).toBeLessThan(bytes[1])
  })
})

describe.skipIf(!realFile('stories260K/hf'))('stories260K', () => {
  it('is as near to itself as README.md says, and begins a story with the same words', async () => {
    const folder = await openModelFolder(await readFolder(realFile('stories260K/hf')!))
    const plain = await opened(folder)
    const prompt = [Int32Array.from(plain.tokenizer().encode('Once upon a time', { special: true }))]
    const tell = async (base: Base): Promise<number[]> => {
      const decoder = await Decoder.make(base, subjectOf(base, []), undefined, 1, 80)
      const found: number[] = []
      for await (const { token } of generate(decoder, prompt, { maxNewTokens: 64, sampling: GREEDY, stop: new Set() })) found.push(token)
      decoder.dispose()
      return found
    }
    const [text, expected] = [await tell(plain), await logitsOf(plain)]
    const rms = (a: Float32Array): number => Math.sqrt(a.reduce((n, v) => n + v * v, 0) / a.length)
    for (const to of types) {
      const base = await opened(folder, to)
      const found = await logitsOf(base)
      const told = await tell(base)
      expect(rms(found.map((v, i) => v - expected[i])) / rms(expected), to).toBeLessThan(measured[to].error)
      expect(base.memory.bytes('weights'), to).toBeLessThan(plain.memory.bytes('weights') * 0.37)
      expect(told.slice(0, measured[to].words), to).toEqual(text.slice(0, measured[to].words))
    }
  })
})

describe('the starter', () => {
  it('is as near to itself as README.md says', async () => {
    const folder = await openModelFolder(await readFolder('public/starter'))
    const plain = await opened(folder)
    expect(plain.memory.bytes('weights')).toBe(6_309_120)
    const expected = await logitsOf(plain)
    const rms = (a: Float32Array): number => Math.sqrt(a.reduce((n, v) => n + v * v, 0) / a.length)
    for (const to of types) {
      const base = await opened(folder, to)
      const found = await logitsOf(base)
      const error = rms(found.map((v, i) => v - expected[i])) / rms(expected)
      expect(error, to).toBeLessThan(measured[to].error)
      expect(error, to).toBeGreaterThan(measured[to].error / 4)
      expect(base.memory.bytes('weights'), to).toBe(measured[to].bytes)
    }
  })
})
