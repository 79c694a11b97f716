// Any row is shown as it would be trained on: with what the model is told, also where the recipe holds it out or drops it.
import { expect, test } from 'vitest'
import { golden } from '../../e2e/golden/tokenizers.ts'
import { openDataset } from '../data/dataset.ts'
import { makeExamples, previewTokens } from '../data/examples.ts'
import { bytesSource } from '../files/byteSource.ts'
import { utf8 } from '../lib/bytes.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import { rowShelf } from './rowShelf.ts'

const { tokenizer, chatTemplate } = golden('llama')
const rows = Array.from({ length: 30 }, (_, i) => ({ prompt: `Question ${i % 29}`, completion: `Answer ${i % 29}` }))
const dataset = await openDataset(bytesSource(utf8(rows.map((r) => JSON.stringify(r)).join('\n')), 'x.jsonl'))
const shelf = rowShelf({
  open: () => dataset,
  options: (recipe) => ({ tokenizer, chatTemplate: chatTemplate!, recipe, contextLength: 512 }),
})
const plain = defaultRecipe()
const read = async (number: number, data: Partial<Recipe['data']> = {}) => {
  const result = await shelf.dataRow(number, { ...plain, data: { ...plain.data, ...data } })
  return result.ok ? result.value : []
}
const textOf = (tokens: Awaited<ReturnType<typeof read>>): string => tokens.map((t) => t.text).join('')

test('every row is what its example is, whoever is held out and whatever is dropped', async () => {
  const { examples } = makeExamples(dataset.rows, tokenizer, { trainOn: plain.data.trainOn, chatTemplate: chatTemplate! }, plain.training.max_length)
  for (const number of [0, 7, 29])
    expect(await read(number, { validation: 0.5, drop: ['duplicates', 'leaks'], balance: 'repeat' })).toEqual(previewTokens(examples[number]!, tokenizer))
})

test('what the model is told stands before it, and its answer alone is learned', async () => {
  const tokens = await read(5, { systemPrompt: 'Answer in one word.' })
  expect(textOf(tokens)).toContain('Answer in one word.')
  const learned = textOf(tokens.filter((t) => t.trained))
  expect(learned).toContain('Answer 5')
  expect(learned).not.toContain('Question')
})

test('pages and searches are of the open dataset', async () => {
  const page = await shelf.dataRows(28, 10, '')
  expect(page).toEqual({ ok: true, value: { found: 30, rows: [28, 29].map((n) => ({ number: n, line: n + 1, asked: `Question ${n % 29}`, answered: `Answer ${n % 29}` })) } })
  const found = await shelf.dataRows(0, 10, 'question 0')
  expect(found.ok && found.value.rows.map((r) => r.number)).toEqual([0, 29])
})
