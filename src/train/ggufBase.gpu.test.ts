// Blocks of GGUF files stay blocks on the GPU, and compute and train as the floats that they stand for.
import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { goldenModel, realFile } from '../../e2e/golden/goldenFiles.ts'
import { bytesSource } from '../files/byteSource.ts'
import { dequantize } from '../files/gguf/dequantize.ts'
import { tensorTypes } from '../files/gguf/ggufTypes.ts'
import type { ModelFolder, TensorEntry } from '../files/modelFolder.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { readFolder } from '../files/nodeSource.ts'
import { sizeOf } from '../graph/shape.ts'
import { f32ToF16 } from '../lib/halfFloat.ts'
import { streamOf, uniform } from '../lib/rng.ts'
import { attachAll } from '../methods/registry.ts'
import { openModel, subjectOf, type Base } from './base.ts'
import { computeLogits } from './computeLogits.ts'
import { Decoder } from './decoder.ts'
import { exportGguf } from './exportGguf.ts'
import { generate } from './generate.ts'
import { mergeIntoMounted } from './mergeWeights.ts'
import { fittingOf } from './openAdapter.ts'
import { GREEDY } from './sampleToken.ts'
import { testFolder } from './testFolder.ts'
import { testBase, testBatch, testTrain } from './testRun.ts'
import { matrixType } from './weights.ts'

const mounted: Base[] = []
afterEach(() => {
  for (const base of mounted.splice(0)) base.weights.dispose()
})
const opened = async (model: ModelFolder): Promise<Base> => {
  const base = await testBase(model)
  mounted.push(base)
  return base
}

/** The same values as floats. */
async function widened(folder: ModelFolder): Promise<ModelFolder> {
  const tensors = new Map<string, TensorEntry>()
  for (const [name, { blocks: _blocks, ...entry }] of folder.tensors) {
    const values = await entry.readF32()
    const bytes = new Uint8Array(values.buffer)
    tensors.set(name, { ...entry, dtype: 'F32', bytes: bytes.length, read: async () => bytes, readF32: async () => values.slice(), stream: async function* () { yield bytes } })
  }
  return { ...folder, tensors }
}
const logitsOf = (base: Base): Promise<Float32Array> => {
  const batch = testBatch(base, 5)
  return computeLogits(base, subjectOf(base, []), undefined, batch, Int32Array.from({ length: batch.B * batch.T - 2 }, (_, i) => i))
}
function worst(found: Float32Array, expected: Float32Array): number {
  const size = Math.max(...expected.map(Math.abs))
  return Math.max(...found.map((v, i) => Math.abs(v - expected[i]))) / size
}
const lora = { id: 'lora', options: { r: 4, target_modules: ['all-linear'] } }
const typesOf = (base: Base): Set<string> => new Set(base.outline.manifest.filter((e) => e.role === 'matrix').map((e) => matrixType(base, e.name)))

/** The folder as a GGUF file in Q8_0, opened. */
async function inQ8(folder: ModelFolder): Promise<ModelFolder> {
  const parts: BlobPart[] = []
  for await (const part of exportGguf(openModel(folder), [], { name: 'x', baseModel: 'x', type: 'Q8_0' }).file.stream()) parts.push(part as BlobPart)
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
  return openModelFolder(new Map([['model.gguf', bytesSource(bytes, 'model.gguf')]]))
}

interface GoldenText {
  readonly cases: readonly { readonly input_ids: readonly number[]; readonly greedy_new_ids: readonly number[] }[]
}

describe.skipIf(!realFile('stories260K/golden.json'))('stories260K in Q8_0', () => {
  it('takes little more than a byte a weight, and tells the stories that transformers tells, or begins them so', async () => {
    const { cases } = JSON.parse(await readFile(realFile('stories260K/golden.json')!, 'utf8')) as GoldenText
    const base = await opened(await inQ8(await openModelFolder(await readFolder(realFile('stories260K/hf')!))))
    // Rows of 172 weights hold no whole blocks, and stay halves.
    expect(base.memory.bytes('weights')).toBeLessThan(base.folder.parameters * 1.3)
    const same: number[] = []
    for (const { input_ids, greedy_new_ids } of cases) {
      const decoder = await Decoder.make(base, subjectOf(base, []), undefined, 1, input_ids.length + greedy_new_ids.length)
      const found: number[] = []
      for await (const { token } of generate(decoder, [Int32Array.from(input_ids)], { maxNewTokens: greedy_new_ids.length, sampling: GREEDY, stop: new Set() })) found.push(token)
      decoder.dispose()
      const first = found.findIndex((token, i) => token !== greedy_new_ids[i])
      same.push(first < 0 ? greedy_new_ids.length : first)
    }
    // Two of the four are the same to the end; the others turn where two words are nearly as likely.
    expect(same.filter((n, i) => n === cases[i].greedy_new_ids.length).length).toBeGreaterThanOrEqual(2)
    expect(Math.min(...same)).toBeGreaterThanOrEqual(4)
  })
})

describe('a GGUF file as a base on the GPU', () => {
  // Rows of q and k change places in the one, the head is the embedding in the other.
  it.each(['llama', 'qwen2_f16'])('%s in Q8_0 computes and trains as its floats', async (name) => {
    const folder = await inQ8(await goldenModel(name))
    const [base, same] = [await opened(folder), await opened(await widened(folder))]
    expect(typesOf(base)).toContain('q8_0')
    expect(worst(await logitsOf(base), await logitsOf(same))).toBeLessThan(2e-6)
    const losses: (readonly number[])[] = []
    for (const on of [base, same]) {
      const { learner, losses: found } = await testTrain(on, attachAll([lora], on.outline), testBatch(on, 2), 4, 1e-2)
      await learner.dispose()
      losses.push(found)
    }
    losses[0].forEach((loss, i) => expect(Math.abs(loss - losses[1][i]) / loss).toBeLessThan(1e-5))
  })

  it.each([['Q8_0', [0]], ['Q4_0', [0]], ['Q4_K', [0, 2]], ['Q6_K', [208]]] as const)('%s blocks are read as they are in files, the embedding too', async (type, halves) => {
    const plain = testFolder('llama', { hidden_size: 256, intermediate_size: 512, head_dim: 64, tie_word_embeddings: true })
    const { block, bytes: size } = tensorTypes[type]
    const tensors = new Map<string, TensorEntry>()
    for (const [name, entry] of plain.tensors) {
      const count = sizeOf(entry.shape) / block
      if (entry.shape.length < 2) tensors.set(name, entry)
      if (entry.shape.length < 2) continue
      const raw = Uint8Array.from({ length: count * size }, (_, i) => Math.floor(256 * uniform(1, streamOf(name), i)))
      for (let b = 0; b < count; b++)
        for (const at of halves) raw.set(new Uint8Array(f32ToF16([(at === 2 ? 0.002 : 0.004) * (type === 'Q8_0' ? 0.1 : type === 'Q4_0' ? 2 : 0.1) * uniform(2, b, at)]).buffer), b * size + at)
      const values = dequantize(raw, type)
      // In pieces that end between any two blocks.
      const stream = async function* (): AsyncIterable<Uint8Array<ArrayBuffer>> {
        for (let at = 0; at < raw.length; at += 7 * size) yield raw.slice(at, at + 7 * size)
      }
      tensors.set(name, { ...entry, dtype: 'F16', readF32: async () => values.slice(), blocks: { type, stream } })
    }
    const folder = { ...plain, tensors }
    const [base, same] = [await opened(folder), await opened(await widened(folder))]
    expect([...typesOf(base)]).toEqual([type.toLowerCase()])
    const expected = await logitsOf(same)
    expect(worst(await logitsOf(base), expected)).toBeLessThan(3e-6)
    expect(base.memory.bytes('weights')).toBeLessThan(same.memory.bytes('weights') / 3)

    const subject = subjectOf(base, attachAll([lora], base.outline))
    const values = Float32Array.from({ length: subject.layout.length }, (_, i) => 0.02 * Math.sin(i))
    if (type === 'Q8_0') {
      await mergeIntoMounted(base, [{ adapter: { ...fittingOf(subject), values }, weight: 1 }])
      await mergeIntoMounted(same, [{ adapter: { ...fittingOf(subjectOf(same, attachAll([lora], same.outline))), values }, weight: 1 }])
      const [merged, exact] = [await logitsOf(base), await logitsOf(same)]
      expect(worst(exact, expected)).toBeGreaterThan(0.05)
      expect(worst(merged, exact)).toBeLessThan(0.02)
      await mergeIntoMounted(base, [])
    } else await expect(mergeIntoMounted(base, [{ adapter: { ...fittingOf(subject), values }, weight: 1 }])).rejects.toThrow('a merged adapter does not fit those')
    expect(worst(await logitsOf(base), expected)).toBeLessThan(3e-6)
  })
})
