import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { methods, attachAll } from '../methods/registry.ts'
import { presets } from '../methods/presets.ts'
import type { AdapterUse } from '../protocol/adapters.ts'
import { toFailure } from '../protocol/failure.ts'
import type { MethodChoice } from '../protocol/recipe.ts'
import { AdapterDeck } from './adapterDeck.ts'
import { subjectOf, type Base } from './base.ts'
import { Decoder } from './decoder.ts'
import { answering } from './emitAdapter.ts'
import { fittingOf } from './openAdapter.ts'
import { Params } from './params.ts'
import { testBase, testBatch, testTrain } from './testRun.ts'

const PROMPT = Int32Array.of(5, 17, 200, 33, 4, 91, 12)
const lists: { name: string; list: readonly MethodChoice[] }[] = [
  ...[...methods.keys()].map((id) => ({ name: id, list: [{ id, options: {} }] })),
  ...presets.map(({ label, methods: list }) => ({ name: label, list })),
]

// Whatever a method hooks into, an ensemble has it: as trained, not at all, and in between or not to be mixed.
describe('every method in an ensemble', () => {
  let base: Base
  let deck: AdapterDeck
  let bare: Float32Array
  beforeAll(async () => {
    base = await testBase('qwen2')
    deck = new AdapterDeck(base)
    bare = await logitsOf([])
  })
  afterAll(async () => {
    await deck.dispose()
    base.weights.dispose()
  })
  const logitsOf = async (uses: readonly AdapterUse[]): Promise<Float32Array> => {
    const speaker = await deck.speak([uses], 20)
    try {
      return (await (await speaker.decoder(uses)).read(0, PROMPT)).slice()
    } finally {
      speaker.leave()
    }
  }
  /** Logits after one more token of answers that are written together. */
  const after = async (sets: readonly (readonly AdapterUse[])[]): Promise<Float32Array[]> =>
    Promise.all(
      deck.speakTogether(sets.map((uses) => ({ sets: [uses], capacity: 20 }))).map(async (coming, i) => {
        const speaker = await coming
        const voice = await speaker.decoder(sets[i])
        await voice.read(0, PROMPT)
        const logits = await voice.step(Int32Array.of(7), Int32Array.of(PROMPT.length))
        speaker.leave()
        return logits
      }),
    )
  const distance = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((x, i) => Math.abs(x - b[i])))

  it.each(lists)('$name', async ({ list }) => {
    let attachments
    try {
      attachments = attachAll(list, base.outline)
    } catch (error) {
      // Nothing of this model trains with it.
      expect(toFailure(error).code).toBe('bad-recipe')
      return
    }
    const { learner, subject } = await testTrain(base, attachments, testBatch(base, 3), 4, 1e-2)
    const values = await learner.params.read('values')
    await learner.dispose()
    // One that makes adapters answers with what it makes.
    const adapter = answering(base, { ...fittingOf(subject), values })
    const params = await Params.make(base.memory, adapter.layout)
    params.write('values', adapter.values)
    const plain = await Decoder.make(base, subjectOf(base, adapter.attachments), params, 1, 20)
    const alone = (await plain.read(0, PROMPT)).slice()
    plain.dispose()
    params.dispose()
    await deck.hold('it', list.map((m) => m.id).join(), () => Promise.resolve(adapter))
    const at = (weight: number): Promise<Float32Array> => logitsOf([{ id: 'it', weight }])
    expect(await at(1)).toEqual(alone)
    expect(await at(0)).toEqual(bare)
    const half = await at(0.5).catch(toFailure)
    if (half instanceof Float32Array) {
      expect(distance(half, bare)).toBeGreaterThan(0)
      expect(distance(half, alone)).toBeGreaterThan(0)
      // The mixed form at a weight of nearly 1 is nearly what was trained.
      expect(distance(await at(1 - 2 ** -20), alone)).toBeLessThan(1e-4 * Math.max(...alone.map(Math.abs)))
    } else expect(half.message).toMatch(/can be on or off, because .*; found the weight 0\.5\.$/)
    const [bareNext, next, baseBeside, beside] = [await after([[]]), await after([[{ id: 'it', weight: 1 }]]), ...(await after([[], [{ id: 'it', weight: 1 }]]))]
    expect(distance(baseBeside, bareNext[0])).toBeLessThan(1e-5 * Math.max(...bareNext[0].map(Math.abs)))
    expect(distance(beside, next[0])).toBeLessThan(1e-5 * Math.max(...next[0].map(Math.abs)))
    deck.release('it')
  })
})
