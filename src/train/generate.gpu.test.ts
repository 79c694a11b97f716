import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bits } from '../lib/rng.ts'
import { attachAll } from '../methods/registry.ts'
import { subjectOf, type Base } from './base.ts'
import { Decoder } from './decoder.ts'
import { generate } from './generate.ts'
import { Params } from './params.ts'
import { freshValues } from './freshValues.ts'
import { testBase } from './testRun.ts'

const NEW = 9
const CAPACITY = 60

// More prompts than rows, of lengths from a token to two stretches, on tiny models.
describe('prompts answered together', () => {
  let base: Base
  beforeAll(async () => {
    base = await testBase('qwen2')
  })
  afterAll(() => base.weights.dispose())

  const prompts = [40, 3, 33, 1, 12, 32, 7].map((length, row) => Int32Array.from({ length }, (_, i) => bits(3, row, i) % 300))
  const sampling = { temperature: 1.2, topK: 0, topP: 0.95, seed: 11 }
  const asked = async (decoder: Decoder, some: readonly Int32Array[], stop: ReadonlySet<number>): Promise<{ tokens: number[]; logits: Float32Array[] }[]> => {
    const found = some.map(() => ({ tokens: [] as number[], logits: [] as Float32Array[] }))
    const ended: number[] = []
    for await (const { row, token, logits } of generate(decoder, some, { maxNewTokens: NEW, sampling, stop, onEnd: (i) => ended.push(i) })) {
      found[row].tokens.push(token)
      found[row].logits.push(logits.slice())
    }
    expect(ended.toSorted((a, b) => a - b)).toEqual([...some.keys()])
    return found
  }

  const methods = ['lora', 'prefix_tuning', 'prompt_tuning'] as const
  it.each(['none', ...methods])('gives each the tokens and the logits of a decoder of its own, bit for bit: %s', async (id) => {
    const subject = subjectOf(base, id === 'none' ? [] : attachAll([{ id, options: {} }], base.outline))
    const params = await Params.make(base.memory, subject.layout)
    if (id !== 'none') params.write('values', (await freshValues(base, subject.layout, 5)).map((x, i) => x + Math.sin(i) / 9))
    const [one, three] = [await Decoder.make(base, subject, params, 1, CAPACITY), await Decoder.make(base, subject, params, 3, CAPACITY)]
    const stop = new Set<number>()
    const alone = []
    for (const prompt of prompts) alone.push(...(await asked(one, [prompt], stop)))
    // Tokens that end some answers early, and others not at all: rows are then taken over at different times.
    for (const n of [0, 4]) stop.add(alone[n].tokens[n])
    const cut = alone.map(({ tokens, logits }) => {
      const end = tokens.findIndex((t) => stop.has(t))
      return end < 0 ? { tokens, logits } : { tokens: tokens.slice(0, end), logits: logits.slice(0, end) }
    })
    expect(new Set(cut.map((c) => c.tokens.length)).size).toBeGreaterThan(1)
    expect(await asked(three, prompts, stop)).toEqual(cut)
    for (const made of [one, three, params]) made.dispose()
  })

  it('refuses a text that its row cannot hold', async () => {
    const decoder = await Decoder.make(base, subjectOf(base, []), undefined, 2, 8)
    expect(() => decoder.read(1, new Int32Array(decoder.capacity + 1))).toThrow(/A text of \d+ tokens does not fit \d+ places of the cache\./)
    decoder.dispose()
  })
})
