// Findings on texts and words with labels, and that each one's remedies take it away where classes are predicted.
import { describe, expect, test } from 'vitest'
import { golden } from '../../e2e/golden/tokenizers.ts'
import { bytesSource } from '../files/byteSource.ts'
import { utf8 } from '../lib/bytes.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import type { DatasetInfo } from '../protocol/studio.ts'
import { remedied } from '../store/recipeEdits.ts'
import { labelsOf, wordLabelsOf } from './labels.ts'
import { openParts } from './openParts.ts'
import { describeData } from './describeData.ts'
import { prepare } from './prepare.ts'

const { tokenizer } = golden('gpt2')
const file = (rows: readonly unknown[], name: string) => bytesSource(utf8(rows.map((r) => JSON.stringify(r)).join('\n')), name)
const nothing = { methods: [], presets: [] }
const plain = defaultRecipe()
const recipeOf = (task: 'SEQ_CLS' | 'TOKEN_CLS'): Recipe => ({ ...plain, task, data: { ...plain.data, validation: 0 }, training: { ...plain.training, max_length: 64 } })

async function look(rows: readonly unknown[], recipe: Recipe, test?: readonly unknown[]) {
  const { dataset, test: asked } = await openParts({ train: file(rows, 'x.jsonl'), test: test && file(test, 'test.jsonl') }, {})
  return (r: Recipe = recipe) => {
    const classes = r.task === 'SEQ_CLS' ? { labels: labelsOf(dataset.rows, 'x'), pooled: 'last' as const } : r.task === 'TOKEN_CLS' ? { labels: wordLabelsOf(dataset.rows, 'x') } : undefined
    const options = { tokenizer, recipe: r, contextLength: 512, ...(classes && { classes }) }
    return { described: describeData(dataset, { ...options, ...(asked && { test: asked }) }), prepared: prepare(dataset, options) }
  }
}
const check = (described: DatasetInfo, kind: string) => described.checks?.find((c) => c.kind === kind)
const words = (n: number, extra: readonly string[] = []) => ({ tokens: [...extra, 'row', String(n)], ner_tags: [...extra.map(() => 'B-X'), 'O', 'O'] })
const text = (n: number, label = 'common', extra = '') => ({ text: `${extra}row ${n}`, label })
const LONG = Array.from({ length: 80 }, (_, i) => `w${i}`)

describe.each([
  ['texts', 'SEQ_CLS', [...Array.from({ length: 20 }, (_, i) => text(i)), text(90, 'rare')], text(99, 'rare', `${LONG.join(' ')} `)],
  ['words', 'TOKEN_CLS', [...Array.from({ length: 20 }, (_, i) => words(i)), words(90, ['x'])], words(99, LONG)],
] as const)('%s', (_, task, rows, long) => {
  test('too long: raised, left out, or cut at the start', async () => {
    const recipe = recipeOf(task)
    const at = await look([...rows, long], recipe)
    const found = check(at().described, 'too-long')!
    expect(found.rows).toBe(1)
    const [raise, drop, cut] = found.remedies.map((remedy) => at(remedied(recipe, remedy, nothing)))
    for (const { described } of [raise!, drop!]) expect(described.truncated).toBe(0)
    expect([raise!.prepared.train.length, drop!.prepared.train.length]).toEqual([22, 21])
    expect(check(raise!.described, 'too-long')).toBeUndefined()
    const [end, start] = [at().prepared, cut!.prepared].map((p) => tokenizer.decode(p.train.find((e) => e.truncated)!.ids))
    expect([end!.includes('w0'), end!.includes('99'), start!.includes('w0'), start!.includes('99')]).toEqual([true, false, false, true])
  })

  test('doubles and rows that are asked are left out on request', async () => {
    const recipe = recipeOf(task)
    const at = await look([...rows, rows[3]], recipe, [rows[5]])
    for (const kind of ['duplicates', 'leaks']) {
      const found = check(at().described, kind)!
      expect([found.rows, found.remedies.length]).toEqual([1, 1])
      expect(at(remedied(recipe, found.remedies[0]!, nothing)).prepared.train).toHaveLength(21)
    }
  })

  test('labels are counted, lengths and fill are shown, and the label is in the preview', async () => {
    const { described } = (await look(rows, recipeOf(task)))()
    expect(described.labels!.map((l) => [l.label, l.train])).toEqual(task === 'SEQ_CLS' ? [['common', 20], ['rare', 1]] : [['O', 42], ['B-X', 1]])
    expect(described.lengths!.counts.reduce((n, c) => n + c, 0)).toBe(21)
    expect(described.fill!.packed).toBeGreaterThan(described.fill!.padded * 0.5)
    expect(described.examples[0]!.filter((t) => t.trained).map((t) => t.label)).toEqual(task === 'SEQ_CLS' ? ['common'] : ['O', 'O'])
  })
})

test('rare labels: texts are repeated until all weigh alike, and rows with rare words too', async () => {
  const of = async (task: 'SEQ_CLS' | 'TOKEN_CLS', rows: readonly unknown[]) => {
    const recipe = recipeOf(task)
    const at = await look(rows, recipe)
    const found = check(at().described, 'balance')!
    return [found.message, at(remedied(recipe, found.remedies[0]!, nothing)).described.split!.train] as const
  }
  expect(await of('SEQ_CLS', [...Array.from({ length: 20 }, (_, i) => text(i)), text(90, 'rare')])).toEqual(['The label “common” has 20 rows to train on, and “rare” has 1: what is rare is learned least.', 40])
  const tagged = (n: number, label: string) => ({ tokens: ['Ann', String(n)], ner_tags: [label, 'O'] })
  expect(await of('TOKEN_CLS', [...Array.from({ length: 20 }, (_, i) => tagged(i, 'B-PER')), tagged(90, 'B-LOC')])).toEqual(['The label “B-PER” has 20 words to train on, and “B-LOC” has 1: what is rare is learned least.', 40])
})

test('the same words with other labels contradict', async () => {
  const at = await look([...Array.from({ length: 4 }, (_, i) => words(i)), { tokens: ['row', '2'], ner_tags: ['O', 'B-X'] }], recipeOf('TOKEN_CLS'))
  expect(check(at().described, 'contradictions')).toMatchObject({ rows: 1, lines: [5] })
})

test('words that a model would write out can be labelled in place instead, in one click', async () => {
  const recipe: Recipe = { ...recipeOf('TOKEN_CLS'), task: 'CAUSAL_LM' }
  const at = await look([words(1, ['x']), words(2)], recipe)
  const written = at()
  expect(tokenizer.decode(written.prepared.train[0]!.ids)).toContain('x row 1\nB-X O O')
  const found = check(written.described, 'written-labels')!
  expect(found.remedies).toEqual([{ kind: 'task', value: 'TOKEN_CLS' }])
  const again = remedied(recipe, found.remedies[0]!, nothing)
  expect(again.task).toBe('TOKEN_CLS')
  expect(check(at(again).described, 'written-labels')).toBeUndefined()
})

test('an empty label costs its row', async () => {
  const { described } = (await look([text(1), text(2, 'rare'), text(3, ' ')], recipeOf('SEQ_CLS')))()
  expect(check(described, 'empty')).toMatchObject({ rows: 1, lines: [3] })
})
