import { describe, expect, it } from 'vitest'
import { goldenModel, goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import { testGpu } from '../engine/testGpu.ts'
import { openAdapterFolder } from '../files/adapterFolder.ts'
import type { ModelFolder } from '../files/modelFolder.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { readFolder } from '../files/nodeSource.ts'
import { bits, normal } from '../lib/rng.ts'
import { attachAll } from '../methods/registry.ts'
import { OnnxSession } from '../onnx/onnxSession.ts'
import { testRuntime, wholeOf } from '../onnx/testRuntime.ts'
import type { OnnxType } from '../protocol/onnx.ts'
import { mount, openModel, subjectOf } from './base.ts'
import { exportOnnx } from './exportOnnx.ts'
import { freshValues } from './freshValues.ts'
import type { Weighted } from './mergeWeights.ts'
import { openAdapter } from './openAdapter.ts'
import { recipeModel } from './recipeModel.ts'
import { testConfigs, testFolder } from './testFolder.ts'
import { compare, verifyOnnx } from './verifyOnnx.ts'

async function sessionOf(folder: ModelFolder, dtype: OnnxType, adapters: readonly Weighted[] = [], mostInside?: number, model = openModel(folder)): Promise<OnnxSession> {
  const files = exportOnnx(model, adapters, { baseModel: 'base', name: 'test', adapters: [], version: 'test', dtype, ...(mostInside !== undefined && { mostInside }) })
  const [[path, graph], data] = [...files].filter(([p]) => p.startsWith('onnx/'))
  expect(path).toBe(dtype === 'fp16' ? 'onnx/model_fp16.onnx' : 'onnx/model.onnx')
  const beside = data && { path: data[0].replace('onnx/', ''), bytes: await wholeOf(data[1]) }
  return OnnxSession.open(await testRuntime(), { model: await wholeOf(graph), ...(beside && { data: beside }) })
}

// The exported graph in onnxruntime-web against the engine: other kernels, other code, the same numbers.
describe('an ONNX export says what the engine says', () => {
  const cases = [...Object.keys(testConfigs).map((name) => ({ name, dtype: 'fp32' as const })), ...['qwen2', 'gemma2', 'bert'].map((name) => ({ name, dtype: 'fp16' as const }))]
  it.each(cases)('$name, $dtype', async ({ name, dtype }) => {
    const base = mount(openModel(testFolder(name)), await testGpu())
    await base.weights.load(subjectOf(base, []).census.weights)
    const session = await sessionOf(base.folder, dtype)
    try {
      const ids = Int32Array.from({ length: 19 }, (_, i) => 2 + (bits(3, 1, i) % 58))
      const withText = { ...base, tokenizer: () => ({ ...base.tokenizer, decode: (tokens: readonly number[]) => tokens.join(' '), eosId: undefined }) as unknown as ReturnType<typeof base.tokenizer> }
      const found = await compare(withText, [{ prompt: '', ids }, { prompt: '', ids: ids.slice(0, 1) }], session)
      const { largestLogitDifference, largestLogit } = found
      console.log(`${name} ${dtype}: ${largestLogitDifference.toExponential(1)} of ${largestLogit.toFixed(1)}`)
      expect(largestLogit).toBeGreaterThan(0.05)
      expect(largestLogitDifference / largestLogit).toBeLessThan(dtype === 'fp32' ? 1e-5 : 2e-2)
      if (dtype === 'fp32') expect(found.sameText).toBe(true)
      expect(found.answers[0].studio).not.toBe('')
    } finally {
      await session.close()
      base.weights.dispose()
    }
  })

  it.each([{ mostInside: 0 }, {}])('with an adapter merged in, and tensors in a file of their own: %o', async ({ mostInside }) => {
    const model = openModel(await goldenModel('llama_tied'))
    const adapter = await openAdapter(model, await openAdapterFolder(await readFolder(`${goldenRoot}/cases/llama_tied__lora_all/adapter`)))
    const given = [{ adapter, weight: 0.7 }]
    const session = await sessionOf(model.folder, 'fp32', given, mostInside)
    const options = { prompts: ['hello there', 'x'], promptEnd: '' }
    try {
      const found = await verifyOnnx(await testGpu(), model, given, session, options)
      expect(found.largestLogitDifference / found.largestLogit).toBeLessThan(1e-5)
      expect(found.sameText).toBe(true)
      expect(found.answers.map((a) => a.prompt)).toEqual(['hello there', 'x'])
      // And it is the adapter that was compared: without it the numbers are others.
      const without = await verifyOnnx(await testGpu(), model, [], session, options)
      expect(without.largestLogitDifference / without.largestLogit).toBeGreaterThan(1e-3)
    } finally {
      await session.close()
    }
  })

  it.each([
    ['SEQ_CLS', 'llama', 'score'],
    ['TOKEN_CLS', 'gpt2', 'classifier'],
  ] as const)('with a head for %s that an adapter brought', async (task, of, head) => {
    const model = recipeModel(openModel(await goldenModel(of)), { task, labels: ['glad', 'sad', 'neither'] })
    const base = mount(model, await testGpu())
    const attachments = attachAll([{ id: 'lora', options: { r: 4 } }], model.outline)
    const { layout } = subjectOf(base, attachments)
    const values = (await freshValues(base, layout, 1)).map((x, i) => x + 0.05 * normal(4, 4, i))
    const given: Weighted[] = [{ weight: 1, adapter: { attachments, layout, values, methods: ['LoRA'], trainableParameters: layout.length } }]
    const session = await sessionOf(model.folder, 'fp32', given, undefined, model)
    try {
      const found = await verifyOnnx(await testGpu(), model, given, session, { prompts: ['what a good day', 'x'], promptEnd: '' })
      if (task === 'SEQ_CLS') expect(found.compared).toBe(6)
      else expect(found.compared).toBeGreaterThan(6)
      expect(found.largestLogit).toBeGreaterThan(0.01)
      expect(found.largestLogitDifference / found.largestLogit).toBeLessThan(1e-5)
      expect(found.sameText).toBe(true)
      expect(() => exportOnnx(model, [], { baseModel: 'base', name: 'test', adapters: [], version: 'test', dtype: 'fp32' })).toThrow(`This model has no ${head}.weight.`)
    } finally {
      await session.close()
    }
  })

  it('of the built-in model', async () => {
    const model = openModel(await openModelFolder(await readFolder('public/starter')))
    const session = await sessionOf(model.folder, 'fp32')
    try {
      const found = await verifyOnnx(await testGpu(), model, [], session, { prompts: ['Once upon a time', 'The cat sat on'], promptEnd: '' })
      console.log(`starter: ${found.largestLogitDifference.toExponential(1)} of ${found.largestLogit.toFixed(1)} over ${found.compared}; “${found.answers[0].onnx}”`)
      expect(found.largestLogitDifference / found.largestLogit).toBeLessThan(1e-5)
      expect(found.sameText).toBe(true)
    } finally {
      await session.close()
    }
  })
})
