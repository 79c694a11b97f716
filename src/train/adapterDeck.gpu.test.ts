import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attachAll } from '../methods/registry.ts'
import type { AdapterUse } from '../protocol/adapters.ts'
import type { MethodChoice } from '../protocol/recipe.ts'
import { AdapterDeck, type Speaker } from './adapterDeck.ts'
import { subjectOf, type Base } from './base.ts'
import { Decoder } from './decoder.ts'
import { generate } from './generate.ts'
import type { OpenAdapter } from './openAdapter.ts'
import { Params } from './params.ts'
import { GREEDY } from './sampleToken.ts'
import { testBase, testBatch, testTrain } from './testRun.ts'

const PROMPT = Int32Array.of(5, 17, 200, 33, 4, 91, 12)
const NEW = 12

// Adapters side by side on one tiny model: what they answer, alone, mixed and in turn, and what they leave behind.
describe('a deck of adapters', () => {
  let base: Base
  let deck: AdapterDeck
  const adapters = new Map<string, OpenAdapter>()

  const trained = async (id: string, methods: MethodChoice[], seed: number): Promise<void> => {
    const { learner, subject } = await testTrain(base, attachAll(methods, base.outline), testBatch(base, seed), 8, 2e-2)
    const values = await learner.params.read('values')
    await learner.dispose()
    const adapter = { attachments: subject.attachments, layout: subject.layout, values, trainableParameters: 0, methods: methods.map((m) => m.id) }
    adapters.set(id, adapter)
    await deck.hold(id, '1', () => Promise.resolve(adapter))
  }
  const lora = (r: number): MethodChoice => ({ id: 'lora', options: { r, target_modules: ['q_proj', 'v_proj', 'down_proj'] } })

  beforeAll(async () => {
    base = await testBase('llama')
    deck = new AdapterDeck(base)
    await trained('one', [lora(4)], 3)
    await trained('two', [lora(2)], 4)
    await trained('norms', [{ id: 'ln_tuning', options: {} }], 5)
    await trained('scales', [{ id: 'ia3', options: {} }], 6)
    await trained('prefix', [{ id: 'prefix_tuning', options: { num_virtual_tokens: 3 } }], 7)
    await trained('union', [lora(2), { id: 'bottleneck', options: {} }], 8)
    await trained('full', [{ id: 'full', options: {} }], 9)
  })
  afterAll(() => base.weights.dispose())

  /** Logits after the prompt. */
  const logitsOf = async (uses: readonly AdapterUse[]): Promise<Float32Array> => {
    const speaker = await deck.speak([uses], PROMPT.length + NEW)
    try {
      return (await (await speaker.decoder(uses)).read(0, PROMPT)).slice()
    } finally {
      speaker.leave()
    }
  }
  const alone = async (id?: string): Promise<Float32Array> => {
    const { attachments = [], values, layout } = (id === undefined ? undefined : adapters.get(id)) ?? {}
    const subject = subjectOf(base, attachments)
    const params = values && (await Params.make(base.memory, layout!))
    if (params) params.write('values', values)
    const decoder = await Decoder.make(base, subject, params, 1, PROMPT.length + NEW)
    const logits = await decoder.read(0, PROMPT)
    decoder.dispose()
    params?.dispose()
    return logits
  }
  const use = (id: string, weight = 1): AdapterUse => ({ id, weight })
  const worst = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((x, i) => Math.abs(x - b[i]))) / Math.max(...b.map(Math.abs))

  it('is the base with none, and with every weight at 0, bit for bit', async () => {
    const bare = await alone()
    expect(await logitsOf([])).toEqual(bare)
    for (const id of adapters.keys()) expect(await logitsOf([use(id, 0)]), id).toEqual(bare)
    expect(await logitsOf([use('one', 0), use('scales', 0), use('prefix', 0)])).toEqual(bare)
  })

  it('is each adapter alone at weight 1, bit for bit', async () => {
    for (const id of adapters.keys()) expect(await logitsOf([use(id)]), id).toEqual(await alone(id))
  })

  it('adds the updates of several, each by its weight', async () => {
    // A LoRA with half the values of B is the same at half the weight.
    const { attachments, layout, values } = adapters.get('one')!
    const half = values.slice()
    for (const w of layout.windows.values()) if (w.key.includes('lora_B')) for (let i = 0; i < w.size; i++) half[w.offset + i] *= 0.5
    await deck.hold('half', '1', () => Promise.resolve({ attachments, layout, values: half, trainableParameters: 0, methods: [] }))
    expect(worst(await logitsOf([use('one', 0.5)]), await logitsOf([use('half')]))).toBeLessThan(1e-5)
    expect(worst(await logitsOf([use('half'), use('one', 0.5)]), await logitsOf([use('one')]))).toBeLessThan(1e-5)
    expect(await logitsOf([use('two'), use('one', 0)])).toEqual(await logitsOf([use('two')]))
    expect(worst(await logitsOf([use('one', 0.7), use('two', -0.4)]), await logitsOf([use('two', -0.4), use('one', 0.7)]))).toBeLessThan(1e-5)
    expect(worst(await logitsOf([use('one'), use('two')]), await logitsOf([use('one')]))).toBeGreaterThan(1e-3)
    deck.release('half')
  })

  it('adds the differences of adapters that replace the same tensors', async () => {
    await deck.hold('norms again', '1', () => Promise.resolve(adapters.get('norms')!))
    expect(worst(await logitsOf([use('norms', 0.5), use('norms again', 0.5)]), await logitsOf([use('norms')]))).toBeLessThan(1e-5)
    deck.release('norms again')
  })

  it('says in a sentence what cannot be mixed or put together', async () => {
    await expect(logitsOf([use('prefix', 0.5)])).rejects.toThrow('This prefix_tuning adapter can be on or off, because virtual tokens are there or not; found the weight 0.5.')
    await expect(logitsOf([use('full', 2)])).rejects.toThrow('it replaces whole matrices of the base')
    await deck.hold('prefix again', '1', () => Promise.resolve(adapters.get('prefix')!))
    await expect(logitsOf([use('prefix'), use('prefix again')])).rejects.toThrow('These adapters cannot be used together: Two of them bring a prefix')
    deck.release('prefix again')
    await expect(logitsOf([use('one'), use('one')])).rejects.toThrow('named twice')
  })

  const written = async (speaker: Speaker, at: (n: number) => readonly AdapterUse[], maxNewTokens = NEW): Promise<number[]> => {
    const found: number[] = []
    const options = { maxNewTokens, sampling: GREEDY, stop: new Set<number>(), decoderAt: (n: number) => speaker.decoder(at(n)) }
    for await (const { token } of generate(await speaker.decoder(at(0)), [PROMPT], options)) found.push(token)
    return found
  }

  it('switches within one answer without recording anything, and goes on from what was read', async () => {
    const sets = [[use('one')], [use('two')], []]
    const speaker = await deck.speak(sets, PROMPT.length + NEW)
    for (const set of sets) await speaker.decoder(set)
    const before = deck.recorded
    const start = performance.now()
    const mixed = await written(speaker, (n) => sets[n < 4 ? 0 : n < 8 ? 1 : 2])
    const ms = (performance.now() - start) / NEW
    expect(deck.recorded).toBe(before)
    const first = await written(speaker, () => sets[0])
    expect(mixed.slice(0, 4)).toEqual(first.slice(0, 4))
    // The same by hand: the first adapter reads the prompt and four tokens, then the second one continues in its cache.
    const one = await speaker.decoder(sets[0])
    await one.read(0, Int32Array.of(...PROMPT, ...mixed.slice(0, 3)))
    const logits = await (await speaker.decoder(sets[1])).step(Int32Array.of(mixed[3]), Int32Array.of(PROMPT.length + 3))
    expect(mixed[4]).toBe(logits.indexOf(Math.max(...logits)))
    let look = performance.now()
    for (let i = 0; i < 1000; i++) await speaker.decoder(sets[i % 3])
    look = performance.now() - look
    console.log(`a switch costs ${look.toFixed(1)} µs; a token takes ${ms.toFixed(2)} ms on this adapter`)
    speaker.leave()
  })

  it('reads the text anew for an adapter that stands before it', async () => {
    const speaker = await deck.speak([[use('one')], [use('prefix')]], PROMPT.length + NEW)
    const mixed = await written(speaker, (n) => [use(n < 5 ? 'one' : 'prefix')])
    const logits = await (await speaker.decoder([use('prefix')])).read(0, Int32Array.of(...PROMPT, ...mixed.slice(0, 5)))
    expect(mixed[5]).toBe(logits.indexOf(Math.max(...logits)))
    speaker.leave()
  })

  it('lets two answers be written at once', async () => {
    const [a, b] = [await deck.speak([[use('one')]], 19), await deck.speak([[use('two')]], 19)]
    const together = await Promise.all([written(a, () => [use('one')]), written(b, () => [use('two')])])
    expect(together).toEqual([await written(a, () => [use('one')]), await written(b, () => [use('two')])])
    expect(() => deck.release('one')).toThrow('An answer is being written with this adapter.')
    a.leave()
    b.leave()
  })

  /** Each answer by itself, and all of them at once; the recordings that the second took. */
  const besides = async (answers: readonly ((n: number) => readonly AdapterUse[])[]): Promise<{ alone: number[][]; together: number[][]; recorded: number }> => {
    const alone: number[][] = []
    for (const at of answers) {
      const speaker = await deck.speak([at(0)], PROMPT.length + NEW)
      alone.push(await written(speaker, at))
      speaker.leave()
    }
    const before = deck.recorded
    const together = await Promise.all(
      deck.speakTogether(answers.map((at) => ({ sets: [at(0)], capacity: PROMPT.length + NEW }))).map(async (coming, i) => {
        const speaker = await coming
        // Answers of different lengths: those that end are waited for no more.
        const found = await written(speaker, answers[i], NEW - i)
        speaker.leave()
        return found
      }),
    )
    return { alone: alone.map((tokens, i) => tokens.slice(0, NEW - i)), together, recorded: deck.recorded - before }
  }

  it('answers with the base and with adapters of many kinds in one batch, each as it does alone', async () => {
    await trained('prompt', [{ id: 'prompt_tuning', options: { num_virtual_tokens: 5 } }], 10)
    const sets = [[], [use('one')], [use('scales')], [use('prefix')], [use('union'), use('two', 0.6)], [use('prompt')], [use('two', -0.4)]]
    const { alone, together, recorded } = await besides(sets.map((set) => () => set))
    expect(together).toEqual(alone)
    // Reading with each set, and one step for all.
    expect(recorded).toBe(sets.length + 1)
    expect(new Set(alone.map((tokens) => tokens.slice(0, 6).join())).size).toBeGreaterThan(4)
    // Each in another row: nothing but numbers is written.
    const again = await besides([...sets.slice(1), sets[0]].map((set) => () => set))
    expect(again.together).toEqual(again.alone)
    expect(again.recorded).toBe(0)
  })

  it('gives what cannot share a batch a cache of its own, at the start and in the middle of an answer', async () => {
    const answers = [() => [], () => [use('norms')], () => [use('one')], () => [use('full')]]
    const { alone, together } = await besides(answers)
    expect(together).toEqual(alone)
    const { together: switched } = await besides([() => [use('one')], (n) => [n < 4 ? use('two') : use('norms')]])
    // What it has read so far is read anew with the adapter that it goes on with.
    const speaker = await deck.speak([[use('norms')]], PROMPT.length + NEW)
    const logits = await (await speaker.decoder([use('norms')])).read(0, Int32Array.of(...PROMPT, ...switched[1].slice(0, 4)))
    expect(switched[1][4]).toBe(logits.indexOf(Math.max(...logits)))
    speaker.leave()
  })

  it('switches an answer beside another one, which goes on as it was', async () => {
    const { alone, together } = await besides([() => [use('two')], (n) => [n < 4 ? use('one') : use('scales')], (n) => [n < 6 ? use('union') : use('prefix')]])
    expect(together).toEqual(alone)
  })

  it('gives back an adapter’s bytes, and takes a newer version in place', async () => {
    const { layout, ...rest } = adapters.get('two')!
    const bytes = base.memory.bytes('weights')
    expect(deck.bytes('two')).toBe(layout.length * 4)
    expect(deck.release('two')).toBe(layout.length * 4)
    await Promise.resolve()
    expect(base.memory.bytes('weights')).toBe(bytes - layout.length * 4)
    const zero = { ...rest, layout, values: new Float32Array(layout.length) }
    await deck.hold('two', '2', () => Promise.resolve(zero))
    expect(await logitsOf([use('two')])).toEqual(await alone())
    const before = deck.recorded
    const held = base.memory.bytes('weights')
    await Promise.all([0, 1].map(() => deck.hold('two', '3', () => Promise.resolve(adapters.get('two')!))))
    expect(base.memory.bytes('weights')).toBe(held)
    expect(await logitsOf([use('two')])).toEqual(await alone('two'))
    expect(deck.recorded).toBe(before)
  })

  it('gives back all its memory', async () => {
    await deck.dispose()
    base.weights.dispose()
    expect(base.memory.bytes()).toBe(0)
  })
})
