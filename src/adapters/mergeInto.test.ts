import { describe, expect, it } from 'vitest'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import { bytesSource } from '../files/byteSource.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { sortedJson } from '../files/sortedJson.ts'
import { streamSafetensors } from '../files/writeSafetensors.ts'
import { concat, utf8 } from '../lib/bytes.ts'
import { bf16ToF32, f32ToBf16 } from '../lib/halfFloat.ts'
import { normal } from '../lib/rng.ts'
import type { Attachment } from '../methods/method.ts'
import { attachAll, attachPeft } from '../methods/registry.ts'
import { toFailure } from '../protocol/failure.ts'
import { openModel, subjectOf, type OpenModel } from '../train/base.ts'
import { mergedModel } from '../train/mergedModel.ts'
import type { MergedAdapter } from './mergeInto.ts'
import { differenceOf } from './testAdapter.ts'

const open = async (name: string): Promise<OpenModel> => openModel(await goldenModel(name))

/** An adapter with random values in every tensor that its method declares. */
function random(model: OpenModel, attachment: Attachment, seed: number): MergedAdapter {
  const { windows } = subjectOf(model, [attachment]).layout
  const values = new Map([...windows.values()].map((w, n) => [w.key, Float32Array.from({ length: w.size }, (_, i) => 0.1 * normal(seed, n, i))]))
  return { attachment, read: (key) => values.get(key) }
}
const lora = (model: OpenModel, seed: number, config: Record<string, unknown> = {}): MergedAdapter =>
  random(model, attachPeft({ peft_type: 'LORA', r: 3, lora_alpha: 6, target_modules: ['q_proj', 'down_proj'], ...config }, model.outline), seed)

const Q = 'model.layers.0.self_attn.q_proj'

/** 2 · B · A as (out, in), read off the tensors. */
function update({ read }: MergedAdapter, path: string, inputs: number, out: number): Float64Array {
  const [a, b] = [read(`base_model.model.${path}.lora_A.weight`)!, read(`base_model.model.${path}.lora_B.weight`)!]
  return Float64Array.from({ length: out * inputs }, (_, at) => [0, 1, 2].reduce((sum, k) => sum + 2 * b[Math.floor(at / inputs) * 3 + k] * a[k * inputs + (at % inputs)], 0))
}

describe('adapters merged into a folder', () => {
  it('change the targeted tensors, and leave every other entry and the base as they are', async () => {
    const model = await open('llama')
    const before = await model.folder.tensors.get(`${Q}.weight`)!.read()
    const adapter = lora(model, 1)
    const merged = mergedModel(model, [adapter])
    expect([...merged.changed].toSorted()).toEqual(model.outline.tensors.filter((n) => /(q|down)_proj\.weight$/.test(n)).toSorted())
    for (const [name, entry] of model.folder.tensors) if (!merged.changed.has(name)) expect(merged.tensors.get(name)).toBe(entry)
    const base = await model.folder.tensors.get(`${Q}.weight`)!.readF32()
    const found = await merged.tensors.get(`${Q}.weight`)!.readF32()
    const delta = update(adapter, Q, 32, 32)
    expect(differenceOf(found, base.map((w, i) => w + delta[i]))).toBeLessThan(1e-7)
    // Un-merging is reading again.
    expect(await model.folder.tensors.get(`${Q}.weight`)!.read()).toEqual(before)
    expect(merged).toMatchObject({ bytes: model.folder.bytes, parameters: model.folder.parameters, untied: false })
  })

  it('are rounded once to the checkpoint’s own type, in whole chunks', async () => {
    const model = await open('llama_bf16_sharded')
    const adapter = lora(model, 2)
    const entry = mergedModel(model, [adapter]).tensors.get(`${Q}.weight`)!
    const wide = await mergedModel(model, [adapter], { widen: true }).tensors.get(`${Q}.weight`)!.readF32()
    expect(entry).toMatchObject({ dtype: 'BF16', bytes: 32 * 32 * 2 })
    const bytes = await entry.read()
    expect(new Uint16Array(bytes.buffer)).toEqual(f32ToBf16(wide))
    expect(await entry.readF32()).toEqual(bf16ToF32(f32ToBf16(wide)))
    const chunks: Uint8Array[] = []
    for await (const chunk of entry.stream()) chunks.push(chunk)
    expect(chunks).toEqual([bytes])
  })

  it('have the hash of the model as it is written', async () => {
    const model = await open('llama_tied')
    const merged = mergedModel(model, [lora(model, 10, { target_modules: ['lm_head'] })])
    const chunks: Uint8Array[] = []
    for await (const chunk of streamSafetensors(merged.tensors, { format: 'pt' })) chunks.push(chunk)
    const written = new Map([
      ['config.json', utf8(sortedJson(merged.config))],
      ['tokenizer.json', utf8(JSON.stringify(merged.tokenizerJson))],
      ['model.safetensors', concat(chunks)],
    ])
    const opened = await openModelFolder(new Map([...written].map(([name, bytes]) => [name, bytesSource(bytes, name)])))
    expect(await merged.hash()).toBe(await opened.hash())
    expect(await merged.hash()).not.toBe(await model.folder.hash())
  })

  it('of several add up, each by its weight', async () => {
    const model = await open('llama')
    const [a, b] = [lora(model, 3), lora(model, 4, { target_modules: ['q_proj'] })]
    const found = await mergedModel(model, [{ ...a, weight: 0.5 }, { ...b, weight: -1 }]).tensors.get(`${Q}.weight`)!.readF32()
    const [da, db] = [update(a, Q, 32, 32), update(b, Q, 32, 32)]
    const base = await model.folder.tensors.get(`${Q}.weight`)!.readF32()
    expect(differenceOf(found, base.map((w, i) => w + 0.5 * da[i] - db[i]))).toBeLessThan(1e-6)
    expect(await mergedModel(model, [{ ...a, weight: 0 }]).tensors.get(`${Q}.weight`)!.readF32()).toEqual(base)
  })

  it('of DoRA measure the base’s rows, whatever was merged before', async () => {
    const model = await open('llama')
    const [plain, dora] = [lora(model, 5), lora(model, 6, { use_dora: true })]
    const weight = async (adapters: readonly MergedAdapter[]): Promise<Float32Array> => mergedModel(model, adapters).tensors.get(`${Q}.weight`)!.readF32()
    const [both, turned, alone] = [await weight([plain, dora]), await weight([dora, plain]), await weight([dora])]
    const delta = update(plain, Q, 32, 32)
    expect(differenceOf(both, alone.map((w, i) => w + delta[i]))).toBeLessThan(1e-6)
    expect(differenceOf(both, turned)).toBeLessThan(1e-6)
  })

  it('replace what trained as a whole, and scale biases with (IA)³', async () => {
    const model = await open('qwen2')
    const norms = random(model, attachAll([{ id: 'ln_tuning', options: {} }], model.outline)[0], 7)
    const ia3 = random(model, attachAll([{ id: 'ia3', options: {} }], model.outline)[0], 8)
    const { tensors, changed } = mergedModel(model, [{ ...norms, weight: 0.25 }, ia3])
    const norm = 'model.layers.1.input_layernorm'
    const [was, trained] = [await model.folder.tensors.get(`${norm}.weight`)!.readF32(), norms.read(`base_model.model.${norm}.ln_tuning_layers.weight`)!]
    expect(differenceOf(await tensors.get(`${norm}.weight`)!.readF32(), was.map((w, i) => 0.75 * w + 0.25 * trained[i]))).toBeLessThan(1e-6)
    const [bias, factors] = [await model.folder.tensors.get(`${Q}.bias`)!.readF32(), ia3.read(`base_model.model.${Q}.ia3_l`)!]
    expect(differenceOf(await tensors.get(`${Q}.bias`)!.readF32(), bias.map((x, i) => x * factors[i]))).toBeLessThan(1e-6)
    const half = mergedModel(model, [{ ...ia3, weight: 0.5 }]).tensors.get(`${Q}.bias`)!
    expect(differenceOf(await half.readF32(), bias.map((x, i) => 0.5 * (x + x * factors[i])))).toBeLessThan(1e-6)
    expect(changed.has('model.layers.0.self_attn.k_proj.bias')).toBe(false)
  })

  it('find tensors under the names the checkpoint has', async () => {
    const model = await open('gpt2_hub_layout')
    const { tensors, changed } = mergedModel(model, [lora(model, 9, { target_modules: ['c_attn'] })])
    expect(changed).toContain('transformer.h.0.attn.c_attn.weight')
    expect([...tensors.keys()]).toEqual([...model.folder.tensors.keys()])
    const name = 'h.0.attn.c_attn.weight'
    expect(await tensors.get(name)!.read()).not.toEqual(await model.folder.tensors.get(name)!.read())
  })

  it.each(['embed_tokens', 'lm_head'])('untie a shared matrix when only one of its uses changes: %s', async (target) => {
    const model = await open('llama_tied')
    const adapter = lora(model, 10, { target_modules: [target] })
    const merged = mergedModel(model, [adapter])
    const shared = await model.folder.tensors.get('model.embed_tokens.weight')!.readF32()
    const [embedding, head] = await Promise.all(['model.embed_tokens.weight', 'lm_head.weight'].map((name) => merged.tensors.get(name)!.readF32()))
    expect(merged).toMatchObject({ untied: true, config: { tie_word_embeddings: false } })
    expect(model.folder.config['tie_word_embeddings']).toBe(true)
    expect(merged.parameters).toBe(model.folder.parameters + shared.length)
    expect(target === 'lm_head' ? embedding : head).toEqual(shared)
    expect(target === 'lm_head' ? head : embedding).not.toEqual(shared)
    // The forward pass reads both.
    expect(openModel(merged).outline.tensors).toContain('lm_head.weight')
    const other = mergedModel(model, [lora(model, 11)])
    expect(other.untied).toBe(false)
    expect(other.tensors.has('lm_head.weight')).toBe(false)
  })

  it('leave no stale copy of a shared matrix behind', async () => {
    const { folder } = await open('llama_tied')
    const model = openModel({ ...folder, tensors: new Map([...folder.tensors, ['lm_head.weight', folder.tensors.get('model.embed_tokens.weight')!]]) })
    const full = random(model, attachAll([{ id: 'full', options: {} }], model.outline)[0], 13)
    const { tensors, untied } = mergedModel(model, [full])
    expect(untied).toBe(false)
    expect(tensors.has('lm_head.weight')).toBe(false)
    expect(await tensors.get('model.embed_tokens.weight')!.readF32()).toEqual(full.read('model.embed_tokens.weight'))
  })

  it.each(['prompt_tuning', 'prefix_tuning', 'bottleneck'])('are refused for %s, which is no change of weights', async (id) => {
    const model = await open('llama')
    const [attachment] = attachAll([{ id, options: {} }], model.outline)
    expect(() => mergedModel(model, [random(model, attachment, 12)])).toThrow(`The ${id} adapter cannot be merged into the weights.`)
    try {
      mergedModel(model, [random(model, attachment, 12)])
    } catch (error) {
      expect(toFailure(error)).toMatchObject({ code: 'bad-adapter', hint: 'Keep it attached, or merge without it.' })
    }
  })
})
