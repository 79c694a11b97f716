import { afterAll, describe, expect, it } from 'vitest'
import { readNow } from '../engine/readback.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { bytesSource } from '../files/byteSource.ts'
import { unzip, zipStream } from '../files/zip.ts'
import { attachAll } from '../methods/registry.ts'
import type { MethodChoice } from '../protocol/recipe.ts'
import { AdapterDeck } from './adapterDeck.ts'
import { subjectOf, type Base } from './base.ts'
import { computeLogits } from './computeLogits.ts'
import { exportMerged } from './exportMerged.ts'
import { mergeIntoMounted, unmergeableAdapter } from './mergeWeights.ts'
import { fittingOf, type OpenAdapter } from './openAdapter.ts'
import { testBase, testBatch, testTrain } from './testRun.ts'

const rows = Int32Array.of(0, 3, 11, 12, 17, 20)
const lora: MethodChoice = { id: 'lora', options: { r: 4 } }
const bases = new Map<string, Base>()
afterAll(() => bases.forEach((base) => base.weights.dispose()))

const baseOf = async (name: string): Promise<Base> => {
  const base = bases.get(name) ?? (await testBase(name))
  bases.set(name, base)
  return base
}

/** Trained a little, with the logits it gives attached. */
async function trained(base: Base, methods: readonly MethodChoice[], seed = 3): Promise<{ adapter: OpenAdapter; logits: Float32Array }> {
  const batch = testBatch(base, 3)
  const { learner, subject } = await testTrain(base, attachAll(methods, base.outline), testBatch(base, seed), 8, 1e-2)
  const values = await learner.params.read('values')
  const logits = await computeLogits(base, subject, learner.params, batch, rows)
  await learner.dispose()
  return { adapter: { ...fittingOf(subject), values }, logits }
}
const bareLogits = (base: Base): Promise<Float32Array> => computeLogits(base, subjectOf(base, []), undefined, testBatch(base, 3), rows)
const worst = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((x, i) => Math.abs(x - b[i]))) / Math.max(...b.map(Math.abs))
const bytesOnGpu = async (base: Base): Promise<Uint8Array[]> =>
  (await readNow(base.memory, [...base.weights.shared.values()])).map((buffer) => new Uint8Array(buffer))

describe('merging into the mounted weights', () => {
  it.for([
    ['llama', [lora]],
    ['gpt2', [{ id: 'lora', options: { use_dora: true, target_modules: ['c_attn', 'mlp.c_proj'] } }]],
    ['llama', [{ id: 'ia3', options: {} }]],
    ['qwen2', [{ id: 'vera', options: { r: 8 } }]],
    ['gpt2', [lora, { id: 'ln_tuning', options: {} }]],
    ['llama', [{ id: 'full', options: {} }]],
  ] as [string, MethodChoice[]][])('%s with %j answers as attached, and is the base again bit for bit', async ([model, methods]) => {
    const base = await baseOf(model)
    const [bare, before] = [await bareLogits(base), await bytesOnGpu(base)]
    const { adapter, logits } = await trained(base, methods)
    await mergeIntoMounted(base, [{ adapter, weight: 1 }])
    expect(worst(await bareLogits(base), logits)).toBeLessThan(1e-5)
    expect(worst(logits, bare)).toBeGreaterThan(1e-4)
    await mergeIntoMounted(base, [])
    expect(await bareLogits(base)).toEqual(bare)
    expect(await bytesOnGpu(base)).toEqual(before)
  })

  it('replaces an earlier merge, takes several by weight, and leaves recordings valid', async () => {
    const base = await baseOf('llama')
    const bare = await bareLogits(base)
    const [one, two] = [await trained(base, [lora], 4), await trained(base, [{ id: 'lora', options: { r: 2, target_modules: ['v_proj', 'up_proj'] } }], 5)]
    const deck = new AdapterDeck(base)
    await deck.hold('one', '1', () => Promise.resolve(one.adapter))
    await deck.hold('two', '1', () => Promise.resolve(two.adapter))
    const text = Int32Array.of(3, 9, 27, 81)
    const last = async (uses: { id: string; weight: number }[]): Promise<Float32Array> => {
      const speaker = await deck.speak([uses], 40)
      const logits = await (await speaker.decoder(uses)).read(0, text)
      speaker.leave()
      return logits.slice()
    }
    const attached = await last([{ id: 'one', weight: 0.5 }, { id: 'two', weight: -1.5 }])
    await last([])
    const recorded = deck.recorded
    await mergeIntoMounted(base, [{ adapter: two.adapter, weight: 1 }])
    await mergeIntoMounted(base, [{ adapter: one.adapter, weight: 0.5 }, { adapter: two.adapter, weight: -1.5 }])
    expect(worst(await last([]), attached)).toBeLessThan(1e-5)
    // Attached on top of merged: both count.
    await mergeIntoMounted(base, [{ adapter: one.adapter, weight: 0.5 }])
    expect(worst(await last([{ id: 'two', weight: -1.5 }]), attached)).toBeLessThan(1e-5)
    expect(deck.recorded).toBe(recorded + 1)
    await mergeIntoMounted(base, [])
    expect(await bareLogits(base)).toEqual(bare)
    await deck.dispose()
  })

  it('keeps 16-bit weights in their type, and restores them bit for bit', async () => {
    const base = await baseOf('llama_bf16_sharded')
    const [bare, before] = [await bareLogits(base), await bytesOnGpu(base)]
    const { adapter, logits } = await trained(base, [lora])
    await mergeIntoMounted(base, [{ adapter, weight: 1 }])
    // Rounded once to 8 bits of mantissa.
    expect(worst(await bareLogits(base), logits)).toBeLessThan(2e-2)
    expect(await bareLogits(base)).not.toEqual(bare)
    await mergeIntoMounted(base, [])
    expect(await bytesOnGpu(base)).toEqual(before)
  })

  it('says why an adapter has no place in the weights', async () => {
    const base = await baseOf('llama')
    for (const id of ['prefix_tuning', 'bottleneck', 'prompt_tuning']) {
      const adapter = fittingOf(subjectOf(base, attachAll([{ id, options: {} }], base.outline)))
      expect(unmergeableAdapter(adapter)).toMatch(/which no weight can hold\.$/)
      await expect(mergeIntoMounted(base, [{ adapter: { ...adapter, values: new Float32Array(adapter.layout.length) }, weight: 1 }])).rejects.toThrow('cannot be merged')
    }
  })
})

describe('a merged model, exported', () => {
  const opened = async (base: Base, adapter: OpenAdapter): Promise<Base> => {
    const zip = await zipStream(exportMerged(base, [{ adapter, weight: 1 }], { baseModel: 'base', name: 'merged', adapters: [{ name: 'an adapter', weight: 1 }] }))
    const files = await unzip(zip)
    return testBase(await openModelFolder(new Map([...files].map(([path, bytes]) => [path, bytesSource(bytes, path)]))))
  }

  it.for(['llama', 'gpt2_hub_layout', 'qwen2_f16'])('%s opens as a model of the same types and answers as attached', async (name) => {
    const base = await baseOf(name)
    const { adapter, logits } = await trained(base, [lora])
    const merged = await opened(base, adapter)
    expect([...merged.folder.tensors.values()].map((t) => [t.name, t.dtype])).toEqual(
      [...base.folder.tensors.values()].map((t) => [t.name, t.dtype]).toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    )
    expect(worst(await bareLogits(merged), logits)).toBeLessThan(name.endsWith('f16') ? 2e-3 : 1e-5)
    merged.weights.dispose()
  })

  it('unties a head from an embedding where the adapter changes one of them', async () => {
    const base = await baseOf('llama_tied')
    const { adapter, logits } = await trained(base, [{ id: 'lora', options: { r: 4, target_modules: ['q_proj', 'lm_head'] } }])
    await expect(mergeIntoMounted(base, [{ adapter, weight: 1 }])).rejects.toThrow('shares one matrix between its embedding and its head')
    const merged = await opened(base, adapter)
    expect(merged.folder.config['tie_word_embeddings']).toBe(false)
    expect(worst(await bareLogits(merged), logits)).toBeLessThan(1e-5)
    merged.weights.dispose()
  })
})
