import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPython, runPython } from '../../e2e/golden/findPython.ts'
import { goldenModel, goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import { families } from '../families/registry.ts'
import type { ModelFolder } from '../files/modelFolder.ts'
import type { OnnxType } from '../protocol/onnx.ts'
import { wholeOf } from '../onnx/testRuntime.ts'
import { openModel } from './base.ts'
import { exportOnnx } from './exportOnnx.ts'
import { testConfigs, testFolder } from './testFolder.ts'

const exported = (folder: ModelFolder, dtype: OnnxType, mostInside?: number) =>
  exportOnnx(openModel(folder), [], { baseModel: 'base', name: 'test', adapters: [], version: 'test', dtype, ...(mostInside !== undefined && { mostInside }) })

describe('an ONNX export', () => {
  it('is tested for every family', () => {
    expect(new Set(Object.entries(testConfigs).map(([name, config]) => config['model_type'] ?? name))).toEqual(new Set(families.keys()))
  })

  it('is a folder as transformers.js looks for it', async () => {
    const folder = await goldenModel('llama')
    const files = exported(folder, 'fp16', 0)
    expect([...files.keys()].toSorted()).toEqual(['README.md', 'config.json', 'generation_config.json', 'onnx/model_fp16.onnx', 'onnx/model_fp16.onnx_data', 'tokenizer.json', 'tokenizer_config.json'])
    const config = JSON.parse(new TextDecoder().decode(await wholeOf(files.get('config.json')!))) as Record<string, unknown>
    expect(config).toEqual({ ...folder.config, 'transformers.js_config': { kv_cache_dtype: { fp16: 'float16' }, use_external_data_format: { 'model_fp16.onnx': true } } })
    for (const { size, stream } of files.values()) expect((await wholeOf({ stream })).length).toBe(size)
  })

  it('reads one tensor at a time, and none before its bytes are asked for', async () => {
    const folder = testFolder('llama')
    let [open, most, read] = [0, 0, 0]
    const watched = new Map(
      [...folder.tensors].map(([name, entry]) => [
        name,
        {
          ...entry,
          async *stream() {
            most = Math.max(most, ++open)
            read++
            yield* entry.stream()
            open--
          },
        },
      ]),
    )
    const files = exported({ ...folder, tensors: watched }, 'fp16')
    expect(read).toBe(0)
    await wholeOf(files.get('onnx/model_fp16.onnx')!)
    expect({ read, most }).toEqual({ read: folder.tensors.size, most: 1 })
  })
})

// As onnx's own checker and onnxruntime read it, with padded batches and step by step, against transformers.
describe('in onnxruntime', () => {
  const without = 'left out: the check with onnxruntime itself (name a Python that has it, onnx and transformers in TUNESMITH_PYTHON)'
  let python: string | undefined
  let room = ''
  beforeAll(async () => {
    const found = await findPython()
    const has = found && (await promisify(execFile)(found, ['-c', 'import onnx, onnxruntime']).then(() => true, () => false))
    python = has ? found : undefined
    room = await mkdtemp(join(tmpdir(), 'tunesmith-onnx-'))
  }, 120_000)
  afterAll(() => rm(room, { recursive: true, force: true }))

  it.for([
    { model: 'llama', dtype: 'fp32' as const },
    { model: 'gpt2', dtype: 'fp32' as const, mostInside: 0 },
    { model: 'llama_tied', dtype: 'fp16' as const },
  ])('$model in $dtype', { timeout: 200_000 }, async ({ model, dtype, mostInside }, context) => {
    if (!python) {
      console.log(without)
      return context.skip(without)
    }
    const files = exported(await goldenModel(model), dtype, mostInside)
    for (const [path, { stream }] of files) {
      const out = join(room, model, path)
      await mkdir(dirname(out), { recursive: true })
      await pipeline(Readable.from(stream()), createWriteStream(out))
    }
    const graph = [...files.keys()].find((path) => path.endsWith('.onnx'))!
    const tolerance = dtype === 'fp32' ? '1e-4' : '2e-2'
    await expect(runPython(python, 'check_onnx.py', [join(room, model, graph), '--like', join(goldenRoot, 'models', model), '--rtol', tolerance])).resolves.toBeUndefined()
  })
})
