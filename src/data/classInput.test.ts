// Pairs and split words are what transformers makes of them, cut or whole.
import { describe, expect, it } from 'vitest'
import { goldenTokenizers } from '../../e2e/golden/tokenizers.ts'
import { planBatches } from './batches.ts'
import { classInput, secondOf, textsOf } from './classInput.ts'
import { makeClassExamples } from './classExamples.ts'
import { makeWordExamples, wordInput } from './wordExamples.ts'

const tokenizerOf = (name: string) => goldenTokenizers.find((g) => g.name === name)!.tokenizer

describe.each(goldenTokenizers.filter((g) => g.cases.words).map((g) => [g.name, g] as const))('%s', (_, { tokenizer, cases }) => {
  it('reads two texts as transformers does', () => {
    for (const { texts, max_length, ids, types } of cases.pairs ?? []) {
      const made = classInput(texts, tokenizer, { maxLength: max_length ?? 1000 })
      expect([...made.ids], JSON.stringify([texts, max_length])).toEqual(ids)
      expect([...(made.types ?? new Int32Array(made.ids.length))]).toEqual(types)
      expect(made.truncated).toBe(made.uncut > made.ids.length)
    }
  })
  it('finds the first token of every word', () => {
    for (const { words, ids, places } of cases.words!) {
      const made = wordInput(words, tokenizer, { maxLength: 1000 })
      expect([[...made.ids], [...made.places]], words.join(' ')).toEqual([ids, places])
    }
  })
})

it('a pair goes through a batch with its token types', () => {
  const tokenizer = tokenizerOf('bert')
  const rows = [
    { line: 1, kind: 'completion', prompt: 'a b\n\nc\n', completion: 'x', secondAt: 5 },
    { line: 2, kind: 'completion', prompt: 'a\n', completion: 'y' },
  ] as const
  const { examples, problems } = makeClassExamples(rows, tokenizer, { labels: ['x', 'y'], pooled: 'first', maxLength: 64 })
  expect(problems).toEqual([])
  const [cls, sep, a, b, c] = ['[CLS]', '[SEP]', 'a', 'b', 'c'].map((t) => tokenizer.tokenToId(t)!)
  expect([...examples[0].ids]).toEqual([cls, a, b, sep, c, sep])
  const batch = planBatches(examples, { batchSize: 2, maxLength: 64, packing: false, seed: 1 }).batch(0)
  const row = batch.tokens[1] === a && batch.tokens[2] === b ? 0 : batch.T
  expect([...batch.tokenTypes!.subarray(row, row + 8)]).toEqual([0, 0, 0, 0, 1, 1, 0, 0])
  expect(batch.tokenTypes!.reduce((n, t) => n + t, 0)).toBe(2)
  expect(batch.targets[row]).toBe(0)
})

it('a text that is too long loses its end or its start, and keeps what stands around it', () => {
  const tokenizer = tokenizerOf('bert')
  const of = (cut: 'end' | 'start') => [...classInput(['a b c d e f'], tokenizer, { maxLength: 5, cut }).ids].map((id) => tokenizer.idToToken(id))
  expect(of('end')).toEqual(['[CLS]', 'a', 'b', 'c', '[SEP]'])
  expect(of('start')).toEqual(['[CLS]', 'd', 'e', 'f', '[SEP]'])
  const words = (cut: 'end' | 'start') => [...wordInput('a b c d e f'.split(' '), tokenizer, { maxLength: 5, cut }).places]
  expect(words('end')).toEqual([1, 2, 3, -1, -1, -1])
  expect(words('start')).toEqual([-1, -1, -1, 1, 2, 3])
})

it('labels of words stand at first tokens only; unknown labels and unwritable words are told', () => {
  const tokenizer = tokenizerOf('bert')
  const row = (line: number, words: string[], labels: string[]) => ({ line, kind: 'words', words, labels }) as const
  const { examples, problems } = makeWordExamples([row(1, ['unbelievable', 'a'], ['B-X', 'O']), row(2, ['a'], ['B-Y']), row(3, ['\u200b'], ['O'])], tokenizer, { labels: ['O', 'B-X'], maxLength: 64 })
  const long = tokenizer.encode('unbelievable').length
  expect(long).toBeGreaterThan(1)
  expect([...examples[0].targets!]).toEqual([-100, 1, ...new Array<number>(long - 1).fill(-100), 0, -100])
  expect(problems.map((p) => [p.line, p.reason])).toEqual([
    [2, 'has the label "B-Y", which no training row has.'],
    [3, 'has no word that the tokenizer knows how to write.'],
  ])
})

it('a typed pair is cut at its first empty line', () => {
  const two = (text: string) => textsOf(text, secondOf(text))
  expect(two('A man sleeps.\n\nHe rests.\n')).toEqual(['A man sleeps.', 'He rests.'])
  expect(two('a\r\n \r\nb\n\nc')).toEqual(['a', 'b\n\nc'])
  expect(two('\n\nonly one\n')).toEqual(['only one'])
})
