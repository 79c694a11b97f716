import { expect, test } from 'vitest'
import { golden } from '../../e2e/golden/tokenizers.ts'
import { bytesSource } from '../files/byteSource.ts'
import { sha256 } from '../lib/sha256.ts'
import { utf8 } from '../lib/bytes.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import { openDataset } from './dataset.ts'
import { describeData } from './describeData.ts'
import { prepare } from './prepare.ts'

const file = (text: string, name = 'x.jsonl') => bytesSource(utf8(text), name)
const pairs = Array.from({ length: 20 }, (_, i) => JSON.stringify({ prompt: `Q${i}: `, completion: `A${i}` })).join('\n')

test('good rows stay, bad ones are listed with line, field and reason', async () => {
  const text = `${pairs}\n{"prompt":"x"}\noops\n`
  const dataset = await openDataset(file(text))
  expect(dataset).toMatchObject({
    name: 'x.jsonl',
    format: 'JSON Lines, prompt/completion pairs',
    bytes: text.length,
    sha256: sha256(utf8(text)),
    promptEnd: '',
    problemCount: 2,
  })
  expect(dataset.rows).toHaveLength(20)
  expect(dataset.problems).toEqual([
    { line: 21, field: 'completion', reason: 'completion is missing.', cause: 'missing' },
    { line: 22, reason: 'is not valid JSON.', cause: 'syntax' },
  ])
  expect(dataset.head[0]).toEqual({ prompt: 'Q0: ', completion: 'A0' })
})

test('several files become one dataset', async () => {
  const both = await openDataset([file(pairs, 'a.jsonl'), file(`${pairs}\noops`, 'b.jsonl')])
  expect([both.name, both.rows.length, both.problems[0]?.reason]).toEqual([
    'a.jsonl and 1 more',
    40,
    'b.jsonl: is not valid JSON.',
  ])
})

test.each([
  ['{"a":1,"b":2}\n', 'has the columns a, b, which are no known kind of dataset'],
  ['{"text":""}\n', 'no usable row: line 1: text is empty'],
  ['', 'x.jsonl is empty'],
])('%j is refused in a sentence', async (text, message) => await expect(openDataset(file(text))).rejects.toThrow(message))

test('what is described is what will be trained', async () => {
  const { tokenizer, chatTemplate } = golden('llama')
  const recipe = { ...defaultRecipe(), data: { ...defaultRecipe().data, validation: 0.2 } }
  const dataset = await openDataset(file(pairs))
  const options = { tokenizer, chatTemplate: chatTemplate!, recipe }
  const prepared = prepare(dataset, options)
  expect([prepared.train.length, prepared.validation.length]).toEqual([16, 4])
  const described = describeData(dataset, { ...options, prepared, test: dataset })
  expect(described).toMatchObject({ rows: 20, testRows: 20, truncated: 0, problemCount: 0 })
  expect(
    described.examples[0]!.filter((t) => t.trained)
      .map((t) => t.text)
      .join(''),
  ).toMatch(/^A\d+<\|im_end\|>$/)
  expect(described).toEqual(describeData(dataset, { ...options, test: dataset }))
  expect(structuredClone(described)).toEqual(described)
})
