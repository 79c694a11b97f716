import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goldenModel, goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import { openDataset, type Dataset } from '../data/dataset.ts'
import { testGpu } from '../engine/testGpu.ts'
import { blobSource, bytesSource } from '../files/byteSource.ts'
import { readGguf } from '../files/gguf/readGguf.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { readHeader } from '../files/safetensors.ts'
import { streamedBytes, unzip, zipStream } from '../files/zip.ts'
import { utf8 } from '../lib/bytes.ts'
import type { AdapterInfo } from '../protocol/adapters.ts'
import type { Failure } from '../protocol/failure.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import { valueOf, type NamedFile, type Result } from '../protocol/result.ts'
import type { GenerateRequest, ReplyToken } from '../protocol/studio.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import { mount, openModel, type Base } from '../train/base.ts'
import { Control } from '../train/control.ts'
import { runSession } from '../train/session.ts'
import { adapterShelf, type Shelf } from './adapterShelf.ts'
import { modelInfo } from './modelInfo.ts'

type Files = Readonly<Record<string, Uint8Array>>
const named = (files: Files, folder = 'mine'): NamedFile[] =>
  Object.entries(files).map(([path, bytes]) => ({ path: `${folder}/${path}`, file: new File([bytes.slice()], path) }))
const golden = (path: string): Files => {
  const folder = join(goldenRoot, path)
  return Object.fromEntries(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]))
}
const changed = (files: Files, change: (config: Record<string, unknown>) => Record<string, unknown>): Files => ({
  ...files,
  'adapter_config.json': utf8(JSON.stringify(change(JSON.parse(new TextDecoder().decode(files['adapter_config.json'])) as Record<string, unknown>))),
})
const failure = (result: Result<unknown>): Failure => {
  if (result.ok) throw new Error('It was expected to fail.')
  return result.failure
}

const qv = golden('cases/llama__lora_qv/adapter')
const loraAll = golden('cases/llama__lora_all/adapter')
const rows = Array.from({ length: 12 }, (_, i) => JSON.stringify({ prompt: `Count ${i}`, completion: ` ${i + 1} and ${i + 2}` })).join('\n')

// The shelf as the worker has it, over a tiny model: what people drop, name, mix, merge and take away.
describe('the shelf of adapters', () => {
  const storage = memoryStorage()
  let base: Base
  let dataset: Dataset
  let isTraining = false
  const made = (): Shelf =>
    adapterShelf({
      storage,
      version: 'test',
      opened: () => ({ model: base, info: modelInfo({ id: 'tiny', title: 'Tiny' }, base) }),
      mounted: () => Promise.resolve(base),
      isTraining: () => isTraining,
      data: () => dataset,
      alone: (work) => work(),
    })
  let shelf: Shelf
  let one: AdapterInfo
  let two: AdapterInfo

  beforeAll(async () => {
    base = mount(openModel(await goldenModel('llama')), await testGpu())
    dataset = await openDataset(bytesSource(utf8(rows), 'rows.jsonl'))
    shelf = made()
    one = valueOf(await shelf.calls.loadAdapter(named(qv, 'first')))
    two = valueOf(await shelf.calls.loadAdapter([{ path: 'second.zip', file: new File([await zipStream(new Map(Object.entries(loraAll).map(([path, bytes]) => [path, streamedBytes(bytes as Uint8Array)])))], 'second.zip') }]))
  })
  afterAll(() => {
    shelf.forget()
    base.weights.dispose()
  })

  const ask = async (adapters: GenerateRequest['adapters'], more: Partial<GenerateRequest> = {}, on = shelf): Promise<string> =>
    on.generate({ prompt: 'Once upon a time', adapters, maxNewTokens: 10, temperature: 0, topK: 0, topP: 1, seed: 1, ...more }, () => undefined, () => false)

  it('takes a folder or a zip, says what it is, and has it after a reload', async () => {
    expect(one).toMatchObject({ name: 'first', kind: 'loaded', methods: ['LoRA'], rank: 5, mixable: true, isLora: true, gpuBytes: 0, merged: false })
    expect(one).not.toHaveProperty('misfit')
    expect(one.trainableParameters).toBe(5 * (32 + 32 + 32 + 16) * 2)
    expect(two.name).toBe('second')
    const again = valueOf(await made().calls.adapters())
    expect(again.map((a) => a.id).toSorted()).toEqual([one.id, two.id].toSorted())
    expect(again.find((a) => a.id === one.id)).toEqual(one)
    expect(valueOf(await shelf.calls.renameAdapter(one.id, 'a better name')).name).toBe('a better name')
    const { name, zip } = valueOf(await shelf.calls.exportAdapter(one.id))
    expect(name).toBe('a-better-name.zip')
    expect(Object.fromEntries(await unzip(zip))).toEqual(qv)
  })

  it('says in a sentence what is wrong with what was dropped', async () => {
    const load = async (files: Files): Promise<string> => {
      const { code, message, hint } = failure(await shelf.calls.loadAdapter(named(files)))
      expect(code).toMatch(/^bad-(adapter|file)$/)
      expect(hint).toMatch(/\.$/)
      return message
    }
    const { 'adapter_model.safetensors': weights, 'adapter_config.json': config } = qv
    expect(await load(golden('cases/gpt2__lora_qv/adapter'))).toContain('This adapter does not fit the open model: target_modules ["c_attn"] matches no layer')
    expect(await load(golden('adapters/gpt2__pfeiffer/adapter'))).toBe('This adapter was made for a gpt2 model, and a llama model is open.')
    expect(await load(golden('cases/llama_tied__lora_all/adapter'))).toMatch(/^This adapter does not fit the open model: base_model\.model\.model\.layers\.0\.\S+ is \[\d+,\d+\], expected \[\d+,\d+\], and \d+ more\.$/)
    expect(await load(changed(qv, (c) => ({ ...c, peft_type: 'BOFT' })))).toBe('Adapters of PEFT’s type BOFT cannot be read.')
    expect(await load(changed(qv, (c) => Object.fromEntries(Object.entries(c).filter(([name]) => name !== 'peft_type'))))).toBe('adapter_config.json does not say its peft_type.')
    expect(await load(changed(qv, (c) => ({ ...c, target_modules: ['q_proj', 'v_proj', 'o_proj'] })))).toMatch(/o_proj\.lora_A\.weight \[5,32\] is missing from the file, and 3 more\.$/)
    expect(await load(changed(qv, (c) => ({ ...c, target_modules: ['q_proj'] })))).toMatch(/v_proj\.lora_A\.weight has no place in it, and 3 more\.$/)
    expect(await load({ 'adapter_config.json': config })).toContain('the weights (adapter_model.safetensors or adapter.safetensors) are missing')
    expect(await load({ 'adapter_model.safetensors': weights })).toBe('adapter_model.safetensors is there, but adapter_config.json is missing.')
    expect(await load({ 'adapter_config.json': config, 'adapter_model.bin': weights })).toBe(
      'The weights are only in adapter_model.bin, a Python pickle, which can run programs and is never opened here.',
    )
    expect(await load({ 'adapter_config.json': config, 'adapter_model.safetensors': weights.slice(0, -8) })).toContain('adapter_model.safetensors is not a usable safetensors file')
    expect(await load(golden('models/llama'))).toBe('This folder is a whole model, as full tuning leaves it, and not an adapter.')
    expect(await load({ 'notes.txt': utf8('hello') })).toContain('These files hold no adapter')
    expect(failure(await shelf.calls.loadAdapter([...named(qv, 'drop/a'), ...named(loraAll, 'drop/b')])).message).toBe('These files hold 2 adapters (drop/a, drop/b).')
    expect(valueOf(await shelf.calls.adapters())).toHaveLength(2)
  })

  it('takes copies of the base’s embeddings for what they are, and refuses others', async () => {
    const files = golden('cases/llama__lora_embed_head/adapter')
    const info = valueOf(await shelf.calls.loadAdapter(named(files)))
    expect(info.rank).toBe(3)
    valueOf(await shelf.calls.deleteAdapter(info.id))
    const weights = files['adapter_model.safetensors'].slice()
    const { entries } = await readHeader(bytesSource(weights, 'w'))
    weights[entries.get('base_model.model.lm_head.base_layer.weight')!.start + 2] ^= 1
    expect(failure(await shelf.calls.loadAdapter(named({ ...files, 'adapter_model.safetensors': weights }))).message).toBe(
      'The adapter brings its own lm_head.weight, with other values than the open model’s.',
    )
  })

  it('lists an adapter of another base with the reason, and does not use it', async () => {
    const other = mount(openModel(await goldenModel('gpt2')), await testGpu())
    const elsewhere = adapterShelf({ ...needsOf(other), storage })
    const [info] = valueOf(await elsewhere.calls.adapters())
    expect(info.misfit).toContain('This adapter does not fit the open model')
    await expect(ask([{ id: one.id, weight: 1 }], {}, elsewhere)).rejects.toThrow('does not fit the open model')
    elsewhere.forget()
    other.weights.dispose()
  })
  const needsOf = (model: Base): Omit<Parameters<typeof adapterShelf>[0], 'storage'> => ({
    version: 'test',
    opened: () => ({ model, info: modelInfo({ id: 'other', title: 'Other' }, model) }),
    mounted: () => Promise.resolve(model),
    isTraining: () => false,
    data: () => undefined,
    alone: (work) => work(),
  })

  it('answers with several, by plan and live, and says which text came after a switch', async () => {
    const [a, b] = [[{ id: one.id, weight: 1 }], [{ id: one.id, weight: 0.3 }, { id: two.id, weight: 1 }]]
    const told: [string, number][] = []
    const planned = await shelf.generate(
      { prompt: 'Once upon a time', adapters: a, switches: [{ afterTokens: 3, adapters: b }, { afterTokens: 6, adapters: [] }], maxNewTokens: 10, temperature: 0, topK: 0, topP: 1, seed: 1 },
      (delta, segment) => told.push([delta, segment]),
      () => false,
    )
    expect(told.map(([delta]) => delta).join('')).toBe(planned)
    expect([...new Set(told.map(([, segment]) => segment))]).toEqual([0, 1, 2])
    const alone = await ask(a)
    const start = told.filter(([, segment]) => segment === 0).map(([delta]) => delta).join('')
    expect(alone.startsWith(start)).toBe(true)

    // The same switches, asked for while the answer is being written.
    let count = 0
    const refused: string[] = []
    const live = await shelf.generate(
      { prompt: 'Once upon a time', adapters: a, answerId: 'x', maxNewTokens: 10, temperature: 0, topK: 0, topP: 1, seed: 1 },
      () => {
        count++
        if (count === 2) void shelf.calls.switchAdapters('x', [{ id: one.id, weight: Number.NaN }]).then((r) => refused.push(failure(r).message))
        if (count === 3) void shelf.calls.switchAdapters('x', b)
      },
      () => false,
    )
    expect(live.startsWith(start)).toBe(true)
    expect(refused).toEqual(['An adapter’s weight must be a number, found NaN.'])
    expect(failure(await shelf.calls.switchAdapters('x', a)).message).toBe('This answer has ended.')
    await expect(ask(a, { switches: [{ afterTokens: 3, adapters: b }, { afterTokens: 3, adapters: [] }] })).rejects.toThrow('in ascending order')
  })

  it('writes answers side by side, each as it would be alone, and lets one of them fail', async () => {
    const request = { prompt: 'Once upon a time', maxNewTokens: 10, temperature: 0.9, topK: 0, topP: 1, seed: 5 }
    const sets = [[], [{ id: one.id, weight: 1 }], [{ id: 'nobody', weight: 1 }], [{ id: two.id, weight: 1 }, { id: one.id, weight: 0.5 }]]
    const alone = await Promise.all([0, 1, 3].map((i) => ask(sets[i], request)))
    expect(new Set(alone).size).toBe(3)
    const said = sets.map(() => '')
    const told = await Promise.all(shelf.generateBeside(sets.map((adapters) => ({ ...request, adapters })), (i, delta) => void (said[i] += delta), () => false))
    expect([0, 1, 3].map((i) => valueOf(told[i]))).toEqual(alone)
    expect(said).toEqual([alone[0], alone[1], '', alone[2]])
    expect(failure(told[2]).message).toMatch(/adapter/)
  })

  it('tells with each token what else might have stood there', async () => {
    const told: [string, ReplyToken | undefined][] = []
    const request = { prompt: 'Once upon a time', adapters: [], maxNewTokens: 10, temperature: 0, topK: 0, topP: 1, seed: 1, topTokens: 5 }
    const text = await shelf.generate(request, (delta, _segment, token) => told.push([delta, token]), () => false)
    const tokens = told.flatMap(([, token]) => token ?? [])
    expect(tokens).toHaveLength(10)
    expect(told.map(([delta]) => delta).join('')).toBe(text)
    expect(text).toBe(await ask([]))
    for (const { probability, top, text: own } of tokens) {
      expect(top).toHaveLength(5)
      // Greedy: the likeliest was taken, and it is written as it stands in the text.
      expect(top[0].probability).toBe(probability)
      if (own !== '' && !own.includes('\ufffd')) expect(top[0].text.endsWith(own)).toBe(true)
      expect(top.map((t) => t.probability)).toEqual(top.map((t) => t.probability).toSorted((a, b) => b - a))
      expect(top.reduce((n, t) => n + t.probability, 0)).toBeLessThanOrEqual(1 + 1e-6)
    }
    const drawn: ReplyToken[] = []
    await shelf.generate({ ...request, temperature: 1.5, seed: 3 }, (_delta, _segment, token) => void (token && drawn.push(token)), () => false)
    expect(drawn.some(({ probability, top }) => probability < top[0].probability)).toBe(true)
  })

  it('holds values on the GPU until they are unloaded', async () => {
    valueOf(await shelf.calls.prepareAdapters([{ id: one.id, weight: 1 }]))
    const held = valueOf(await shelf.calls.adapters()).find((a) => a.id === one.id)!.gpuBytes
    expect(held).toBeGreaterThanOrEqual(4 * one.trainableParameters)
    expect(valueOf(await shelf.calls.unloadAdapter(one.id))).toBe(held)
    expect(valueOf(await shelf.calls.unloadAdapter(one.id))).toBe(0)
  })

  it('combines and averages LoRAs of different ranks, and compresses with the loss told', async () => {
    const uses = [{ id: one.id, weight: 1 }, { id: two.id, weight: 1 }]
    const sum = valueOf(await shelf.calls.combineAdapters({ name: 'sum', adapters: uses, type: 'cat' }))
    expect(sum).toMatchObject({ kind: 'combined', madeOf: [one.id, two.id], rank: one.rank! + two.rank!, isLora: true })
    expect(await ask([{ id: sum.id, weight: 1 }])).toBe(await ask(uses))
    const mean = valueOf(await shelf.calls.combineAdapters({ name: 'mean', adapters: uses, type: 'average' }))
    expect(await ask([{ id: mean.id, weight: 1 }])).toBe(await ask(uses.map((u) => ({ ...u, weight: 0.5 }))))
    const recipe: Recipe = { ...defaultRecipe(), data: { ...defaultRecipe().data, id: 'rows', validation: 0.5 } }
    const small = valueOf(await shelf.calls.compressAdapter({ id: two.id, rank: 1, name: 'small', recipe }))
    expect(small.adapter).toMatchObject({ kind: 'compressed', madeOf: [two.id], rank: 1 })
    expect(small.loss!.rows).toBe(6)
    expect(small.loss!.tokens).toBeGreaterThan(10)
    expect(Math.abs(small.loss!.after - small.loss!.before)).toBeGreaterThan(0)
    expect(small.keptEnergy).toBeGreaterThan(0.2)
    expect(small.keptEnergy).toBeLessThan(1)
    expect(small.bytesAfter).toBeLessThan(small.bytesBefore)
    // All of its rank: nothing is lost.
    const whole = valueOf(await shelf.calls.compressAdapter({ id: two.id, rank: two.rank!, name: 'whole', recipe }))
    expect(Math.abs(whole.loss!.after - whole.loss!.before)).toBeLessThan(1e-5)
    expect(failure(await shelf.calls.combineAdapters({ name: 'x', adapters: uses, type: 'linear' })).message).toMatch(/rank/)
    for (const { id } of [sum, mean, small.adapter, whole.adapter]) valueOf(await shelf.calls.deleteAdapter(id))
    expect(valueOf(await shelf.calls.adapters())).toHaveLength(2)
  })

  it('merges into the weights and takes it out again, but not under a run', async () => {
    const [bare, attached] = [await ask([]), await ask([{ id: two.id, weight: 1 }])]
    expect(bare).not.toBe(attached)
    valueOf(await shelf.calls.mergeAdapters([{ id: two.id, weight: 1 }]))
    expect(valueOf(await shelf.calls.adapters()).find((a) => a.id === two.id)!.merged).toBe(true)
    expect(await ask([])).toBe(attached)
    expect(failure(await shelf.calls.deleteAdapter(two.id)).message).toBe('This adapter is merged into the open model.')
    isTraining = true
    expect(failure(await shelf.calls.mergeAdapters([])).message).toBe('A run is using the model’s weights.')
    isTraining = false
    await shelf.makeWay()
    expect(await ask([])).toBe(bare)
    expect(valueOf(await shelf.calls.adapters()).some((a) => a.merged)).toBe(false)
  })

  it('exports for llama.cpp: an adapter, and the merged model with halves or blocks', async () => {
    const adapter = valueOf(await shelf.calls.exportAdapter(two.id, 'gguf'))
    expect(adapter.name).toMatch(/\.gguf$/)
    const lora = await readGguf(blobSource(adapter.zip, adapter.name))
    expect(lora.metadata.get('adapter.type')?.value).toBe('lora')
    expect([...lora.tensors.keys()].every((name) => /^blk\.\d\..*\.weight\.lora_[ab]$/.test(name))).toBe(true)
    for (const [format, type] of [['gguf-f16', 'F16'], ['gguf-q8_0', 'Q8_0']] as const) {
      const merged = valueOf(await shelf.calls.exportMerged([{ id: two.id, weight: 1 }], 'my model', format))
      expect(merged.name).toBe(`my-model-${format.slice(5)}.gguf`)
      expect((await readGguf(blobSource(merged.zip, merged.name))).tensors.get('token_embd.weight')?.type).toBe(type)
    }
  })

  it('exports the merged model', async () => {
    const { name, zip } = valueOf(await shelf.calls.exportMerged([{ id: two.id, weight: 1 }], 'my model'))
    expect(name).toBe('my-model-merged.zip')
    const files = await unzip(zip)
    const model = mount(openModel(await openModelFolder(new Map([...files].map(([path, bytes]) => [path, bytesSource(bytes, path)])))), await testGpu())
    const merged = adapterShelf({ ...needsOf(model), storage: memoryStorage() })
    expect(await ask([], {}, merged)).toBe(await ask([{ id: two.id, weight: 1 }]))
    merged.forget()
    model.weights.dispose()
  })

  it('has the adapters of runs too, unions among them, and takes their exports back', async () => {
    const recipe: Recipe = {
      ...defaultRecipe(),
      name: 'a union',
      base: { source: 'folder', id: 'tiny' },
      data: { ...defaultRecipe().data, id: 'rows' },
      methods: [{ id: 'lora', options: { r: 2 } }, { id: 'bottleneck', options: {} }, { id: 'prompt_tuning', options: { num_virtual_tokens: 2 } }],
      evaluation: { rows: 0, maxNewTokens: 4 },
      training: { ...defaultRecipe().training, steps: 3, batch_size: 2, max_length: 24, learning_rate: 1e-2, warmup_steps: 0 },
    }
    await storage.runs.put({ id: 'run', recipe, createdAt: Date.now() + 1e6, status: 'running', step: 0, hasAdapter: false })
    const record = await runSession({ runId: 'run', recipe, base, dataset, test: undefined, storage, control: new Control(), version: 'test', onEvent: () => undefined })
    expect(record.status).toBe('done')
    const [info] = valueOf(await shelf.calls.adapters())
    expect(info).toMatchObject({ id: 'run', kind: 'run', name: 'a union', methods: ['LoRA', 'Bottleneck adapters', 'Prompt tuning'], mixable: false, isLora: false })
    expect(info.unmergeable).toBeDefined()
    const attached = await ask([{ id: 'run', weight: 1 }])
    const { zip } = valueOf(await shelf.calls.exportAdapter('run'))
    const back = valueOf(await shelf.calls.loadAdapter([{ path: 'union.zip', file: new File([zip], 'union.zip') }]))
    expect(back).toMatchObject({ name: 'a union', kind: 'loaded', methods: info.methods })
    expect(await ask([{ id: back.id, weight: 1 }])).toBe(attached)
    expect(failure(await shelf.calls.deleteAdapter('run')).message).toBe('This adapter belongs to a run.')
    expect(failure(await shelf.calls.compressAdapter({ id: 'run', rank: 1, name: 'x' })).message).toContain('not a single PEFT adapter')
    expect(await ask([{ id: back.id, weight: 1 }, { id: one.id, weight: 0.5 }])).not.toBe('')
  })
})
