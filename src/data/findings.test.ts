// What is found in a dataset, and that the change of the recipe that each finding names takes it away.
import { describe, expect, test } from 'vitest'
import { golden } from '../../e2e/golden/tokenizers.ts'
import { bytesSource } from '../files/byteSource.ts'
import { utf8 } from '../lib/bytes.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import type { DatasetInfo } from '../protocol/studio.ts'
import { remedied } from '../store/recipeEdits.ts'
import { planBatches } from './batches.ts'
import { openParts } from './openParts.ts'
import { describeData } from './describeData.ts'
import { prepare } from './prepare.ts'

const { tokenizer, chatTemplate } = golden('llama')
const file = (rows: readonly unknown[], name = 'x.jsonl') => bytesSource(utf8(rows.map((r) => (typeof r === 'string' ? r : JSON.stringify(r))).join('\n')), name)
const pair = (i: number | string, completion = `A${i}`) => ({ prompt: `Q${i}: `, completion })
const many = (n: number) => Array.from({ length: n }, (_, i) => pair(i))
const recipeWith = (data: Partial<Recipe['data']> = {}, training: Partial<Recipe['training']> = {}): Recipe => {
  const base = defaultRecipe()
  return { ...base, data: { ...base.data, ...data }, training: { ...base.training, ...training } }
}

async function look(rows: readonly unknown[], recipe: Recipe, more: { test?: readonly unknown[]; validation?: readonly unknown[]; name?: string } = {}) {
  const parts = { train: file(rows, more.name), test: more.test && file(more.test, 'test.jsonl'), validation: more.validation && file(more.validation, 'valid.jsonl') }
  const of = async (r: Recipe) => {
    const { mapping, quotes } = r.data
    const { dataset, test: asked } = await openParts(parts, { ...(mapping && { mapping }), ...(quotes && { quotes }) })
    const options = { tokenizer, chatTemplate: chatTemplate!, recipe: r, contextLength: 512 }
    return { described: describeData(dataset, { ...options, ...(asked && { test: asked }) }), prepared: prepare(dataset, options) }
  }
  return { first: await of(recipe), again: of }
}
const check = (described: DatasetInfo, kind: string) => described.checks?.find((c) => c.kind === kind)
const nothing = { methods: [], presets: [] }

describe('findings', () => {
  test('doubles are counted, told by line, and left out on request', async () => {
    const { first, again } = await look([...many(20), pair(3), pair(3), pair(7)], recipeWith())
    const found = check(first.described, 'duplicates')!
    expect(found).toEqual({ kind: 'duplicates', rows: 3, message: '3 rows say what an earlier one says.', lines: [21, 22, 23], remedies: [{ kind: 'data', name: 'drop', value: 'duplicates' }] })
    const { described, prepared } = await again(remedied(recipeWith(), found.remedies[0]!, nothing))
    expect(prepared.train.length + prepared.validation.length).toBe(20)
    expect(check(described, 'duplicates')).toMatchObject({ message: '3 rows say what an earlier one says and were left out.', remedies: [] })
  })
  test('rows that are held out or asked too are found whatever their case, and not trained on', async () => {
    const { first, again } = await look(many(20), recipeWith(), { validation: [pair('1', 'a1'), pair('new')], test: [{ prompt: 'q2:', completion: 'A2!' }] })
    expect(first.described.split).toEqual({ train: 20, validation: 2, isGiven: true })
    const found = check(first.described, 'leaks')!
    expect(found).toMatchObject({ rows: 2, lines: [2, 3], message: '2 rows to train on are also held out or asked as a test.' })
    const { described } = await again(remedied(recipeWith(), found.remedies[0]!, nothing))
    expect(described.split).toEqual({ train: 18, validation: 2, isGiven: true })
  })
  test('rows that are cut: raised, left out, or cut where the prompt starts', async () => {
    const rows = [...many(10), { prompt: 'long '.repeat(60), completion: 'end' }]
    const short = recipeWith({ validation: 0 }, { max_length: 48 })
    const { first, again } = await look(rows, short)
    expect(check(first.described, 'no-room')).toMatchObject({ rows: 1, lines: [11] })
    expect(first.described.truncated).toBe(0)
    const [raise, start] = check(first.described, 'no-room')!.remedies
    const raised = await again(remedied(short, raise!, nothing))
    expect(raised.prepared.train).toHaveLength(11)
    const cut = await again(remedied(short, start!, nothing))
    expect(cut.prepared.train).toHaveLength(11)
    const last = cut.prepared.train.at(-1)!
    expect([last.ids.length, last.truncated, tokenizer.decode(last.ids.filter((_, i) => last.mask[i] === 1))]).toEqual([48, true, expect.stringContaining('end')])
    const tooLong = check(cut.described, 'too-long')!
    expect(tooLong).toMatchObject({ rows: 1, message: expect.stringContaining('longer than 48 tokens') as string })
    const drop = tooLong.remedies.find((r) => r.kind === 'data' && r.value === 'too-long')!
    const dropped = await again(remedied(remedied(short, start!, nothing), drop, nothing))
    expect(dropped.prepared.train).toHaveLength(10)
    expect(check(dropped.described, 'too-long')).toMatchObject({ rows: 1, message: '1 row is too long and was left out.' })
  })
  test('labels: counts, one rare beside another, a text with two labels', async () => {
    const rows = [...Array.from({ length: 40 }, (_, i) => ({ text: `fine ${i}`, label: 'good' })), { text: 'awful', label: 'bad' }, { text: 'fine 1', label: 'bad' }]
    const { first, again } = await look(rows, recipeWith({ validation: 0 }))
    expect(first.described.labels).toEqual([{ label: 'good', train: 40, validation: 0 }, { label: 'bad', train: 2, validation: 0 }])
    expect(check(first.described, 'contradictions')).toMatchObject({ rows: 1, lines: [42] })
    const { described, prepared } = await again(remedied(recipeWith({ validation: 0 }), check(first.described, 'balance')!.remedies[0]!, nothing))
    expect(described.labels).toEqual([{ label: 'bad', train: 40, validation: 0 }, { label: 'good', train: 40, validation: 0 }])
    expect(prepared.train).toHaveLength(80)
  })
  test('rows that were left out, by reason', async () => {
    const { first } = await look([...many(5), '{"prompt":', '{"prompt":"x"}', '{"prompt":"x","completion":""}'], recipeWith())
    expect(first.described.checks?.map((c) => [c.kind, c.rows, c.lines])).toEqual([['syntax', 1, [6]], ['missing', 1, [7]], ['empty', 1, [8]]])
    expect(first.described.problemCount).toBe(3)
  })
  test('quotes that do not match are read as characters on request', async () => {
    const table = ['text,label', ...Array.from({ length: 6 }, (_, i) => `row ${i},${i % 2 ? 'a' : 'b'}`), '"odd,a']
    const { first, again } = await look(table, recipeWith({ validation: 0 }), { name: 'x.csv' })
    const found = check(first.described, 'quotes')!
    expect([first.described.rows, found.rows, found.lines]).toEqual([6, 1, [8]])
    expect((await again(remedied(recipeWith({ validation: 0 }), found.remedies[0]!, nothing))).described.rows).toBe(7)
  })
  test('lengths fall into bins that hold every example, and the fill is that of an epoch’s batches', async () => {
    const { first } = await look(many(400), recipeWith({ validation: 0 }, { max_length: 128 }))
    const { lengths, fill } = first.described
    expect(lengths!.counts.reduce((a, b) => a + b, 0)).toBe(400)
    expect(lengths!.edges.at(-1)).toBeGreaterThanOrEqual(first.described.longest)
    const filled = (packing: boolean): number => {
      const plan = planBatches(first.prepared.train, { batchSize: recipeWith().training.batch_size, maxLength: 128, packing, seed: 42 })
      const batches = Array.from({ length: plan.batchesPerEpoch }, (_, i) => plan.batch(i))
      return batches.reduce((n, b) => n + b.tokenCount, 0) / batches.reduce((n, b) => n + b.B * b.T, 0)
    }
    expect(fill).toEqual({ packed: filled(true), padded: filled(false) })
  })
  test('a system prompt is a turn of its own before every row, untrained, and absent from the record of the file', async () => {
    const { first } = await look(many(4), recipeWith({ validation: 0, systemPrompt: 'Be brief.' }))
    const text = first.described.examples[0]!.map((t) => t.text).join('')
    expect(text).toContain('Be brief.')
    expect(first.described.examples[0]!.filter((t) => t.trained).map((t) => t.text).join('')).not.toContain('brief')
    expect(first.described.head[0]).toEqual({ prompt: 'Q0: ', completion: 'A0' })
  })
  test('another seed for the split moves rows, the recipe’s own seed then does not', async () => {
    const { again } = await look(many(40), recipeWith())
    const held = async (data: Partial<Recipe['data']>, seed: number) => (await again({ ...recipeWith(data), seed })).prepared.validation.map((e) => e.ids.join())
    expect(await held({ splitSeed: 1 }, 5)).toEqual(await held({ splitSeed: 1 }, 6))
    expect(await held({ splitSeed: 1 }, 5)).not.toEqual(await held({ splitSeed: 2 }, 5))
  })
})
