import { describe, expect, it } from 'vitest'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { readFolder } from '../files/nodeSource.ts'
import { unzip } from '../files/zip.ts'
import { OnnxSession, type OnnxRunner } from '../onnx/onnxSession.ts'
import { ortServer } from '../onnx/ortServer.ts'
import { testRuntime } from '../onnx/testRuntime.ts'
import { Fault } from '../protocol/failure.ts'
import { valueOf, type NamedFile, type Result } from '../protocol/result.ts'
import type { GenerateRequest } from '../protocol/studio.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import { openModel, type OpenModel } from '../train/base.ts'
import { modelInfo } from './modelInfo.ts'
import { onnxShelf } from './onnxShelf.ts'

/** As the worker of onnxruntime-web does it, without the thread between. */
let opened = 0
async function openOnnx(files: readonly NamedFile[]): Promise<OnnxRunner> {
  opened++
  const server = ortServer(testRuntime)
  const value = async <T>(answer: Promise<Result<T>>): Promise<T> => valueOf(await answer)
  await value(server.open(files, 'wasm'))
  return { logits: (ids) => value(server.logits(ids)), next: (ids, begin) => value(server.next(ids, begin)), close: () => Promise.resolve() }
}

const noGpu = (): Promise<never> => Promise.reject(new Fault('no-webgpu', 'There is no GPU here.', 'Use another machine.'))
function shelfOf(model: () => OpenModel) {
  return onnxShelf({
    storage: memoryStorage(),
    version: 'test',
    opened: () => ({ model: model(), info: modelInfo({ id: 'starter', title: 'Starter' }, model()) }),
    mounted: noGpu,
    isTraining: () => false,
    data: () => undefined,
    alone: (work) => work(),
    openOnnx,
  })
}
const ask: GenerateRequest = { prompt: 'Once upon a time', adapters: [], maxNewTokens: 20, temperature: 0, topK: 0, topP: 1, seed: 1 }

describe('ONNX on a machine without WebGPU', () => {
  it('answers in onnxruntime-web, as text comes, from one session', { timeout: 60_000 }, async () => {
    opened = 0
    const model = openModel(await openModelFolder(await readFolder('public/starter')))
    const shelf = shelfOf(() => model)
    let streamed = ''
    const [first, again] = await Promise.all([
      shelf.generate(ask, (delta) => (streamed += delta), () => false),
      shelf.generate({ ...ask, temperature: 0.8 }, () => undefined, () => false),
    ])
    expect(first).toMatch(/^[,A-Za-z .]+ \w+/)
    expect(streamed).toBe(first)
    expect(again).not.toBe(first)
    expect(await shelf.generate({ ...ask, temperature: 0.8 }, () => undefined, () => false)).toBe(again)
    expect(opened).toBe(1)
    let pieces = 0
    const short = await shelf.generate(ask, () => pieces++, () => pieces >= 3)
    expect(first.startsWith(short)).toBe(true)
    expect(short.length).toBeLessThan(first.length)
  })

  it('opens another model anew, and says what cannot be asked', { timeout: 60_000 }, async () => {
    opened = 0
    const models = [openModel(await goldenModel('llama')), openModel(await goldenModel('gpt2'))]
    let [open] = models
    const shelf = shelfOf(() => open)
    const answer = (prompt: string) => shelf.generate({ ...ask, prompt, maxNewTokens: 3 }, () => undefined, () => false)
    await answer('a')
    ;[, open] = models
    await answer('a')
    await answer('b')
    expect(opened).toBe(2)
    await expect(answer('a b '.repeat(400))).rejects.toThrow(/The prompt has \d+ tokens, and this model reads at most/)
  })

  it('writes the folder, and says that comparing needs the engine', async () => {
    const model = openModel(await goldenModel('llama_tied'))
    const { calls } = shelfOf(() => model)
    const made = await calls.exportOnnx({ name: 'my model!', adapters: [], dtype: 'fp16' })
    if (!made.ok) throw new Error(made.failure.message)
    expect(made.value.name).toBe('my-model-onnx.zip')
    const files = await unzip(made.value.zip)
    expect(files.get('onnx/model_fp16.onnx')).toEqual(new Uint8Array(await made.value.model[0].file.arrayBuffer()))
    const request = { name: 'x', adapters: [], dtype: 'fp16', prompts: ['a'], provider: 'wasm' } as const
    expect(await calls.verifyOnnx({ ...request, model: made.value.model })).toMatchObject({ ok: false, failure: { code: 'no-webgpu' } })
    const large = { path: 'model.onnx', file: Object.defineProperty(new File([], 'model.onnx'), 'size', { value: 2e9 }) }
    expect(await calls.verifyOnnx({ ...request, model: [large] })).toMatchObject({ ok: false, failure: { code: 'out-of-memory', message: expect.stringContaining('1.9 GiB') } })
  })

  it('says what is no model', async () => {
    await expect(OnnxSession.open(await testRuntime(), { model: new Uint8Array(100) })).rejects.toMatchObject({ code: 'bad-model', message: 'onnxruntime-web could not open the ONNX model.' })
  })
})
