import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { golden } from '../../e2e/golden/tokenizers.ts'
import { makeExample, makeExamples, previewTokens, type Example } from './examples.ts'
import { promptIds, question } from './prompt.ts'
import type { Row } from './row.ts'
import type { Tokenizer } from './tokenizer.ts'

const trainOn = 'completions' as const
const trained = (e: Example, t: Tokenizer) =>
  t.decode(
    e.ids.filter((_, i) => e.mask[i] === 1),
    { skipSpecial: false },
  )
const completion = (prompt: string, answer: string): Row => ({ line: 1, kind: 'completion', prompt, completion: answer })
const words = fc.string({ unit: fc.constantFrom('a', 'the', ' ', '\n', '.', 'é', '🙂', 'er', 'X', '1'), maxLength: 20 })

describe.each((['llama', 'gpt2', 'qwen2', 'mistral'] as const).map((n) => [n, golden(n)] as const))(
  '%s',
  (name, { tokenizer, chatTemplate }) => {
    const templates = chatTemplate === undefined ? [{}] : [{}, { chatTemplate }]

    test('the ids before the answer are those generation is given', () => {
      fc.assert(
        fc.property(words, words, fc.constantFrom(...templates), (prompt, answer, template) => {
          const row = completion(prompt, answer)
          const example = makeExample(row, tokenizer, { ...template, trainOn }, 1000)
          const first = example.mask.indexOf(1)
          const asked = promptIds(prompt, tokenizer, template)
          // The very first token can never be learned, so an empty prompt shares nothing.
          if (asked.length > 0) expect(example.ids.slice(0, first)).toEqual(asked)
          expect(question(row, tokenizer, template)?.ids).toEqual(asked)
          expect(example.mask.includes(1)).toBe(example.ids.length > 1)
        }),
      )
    })

    test('tokens of answer and end are trained, and nothing else', () => {
      const example = makeExample(completion('Name a color.\n', 'Blue'), tokenizer, { trainOn }, 1000)
      expect(trained(example, tokenizer).replace(/^ /, '')).toBe(`Blue${tokenizer.specialTokens['eos_token']}`)
      const all = makeExample(completion('Name a color.\n', 'Blue'), tokenizer, { trainOn: 'everything' }, 1000)
      expect(all.ids).toEqual(example.ids)
      expect([...all.mask]).toEqual(example.ids.length > 0 ? [0, ...new Array<number>(all.ids.length - 1).fill(1)] : [])
    })

    test('a boundary the tokenizer would put there anyway changes no id', () => {
      // This one has no pre-tokenizer, and merges a colon with the space after it.
      if (name === 'mistral') return
      const whole = tokenizer.encode(`The answer is: forty two${tokenizer.specialTokens['eos_token']}`)
      const example = makeExample(completion('The answer is:', ' forty two'), tokenizer, { trainOn }, 1000)
      expect([...example.ids]).toEqual([...tokenizer.prefixIds, ...whole])
    })

    test('a preview shows the text, and marks special and trained tokens', () => {
      const row = completion('Say naïve 🙂\n', 'naïve 🙂')
      const example = makeExample(row, tokenizer, { trainOn }, 1000)
      const tokens = previewTokens(example, tokenizer)
      expect(tokens.map((t) => t.text).join('')).toContain('naïve 🙂')
      expect(tokens.at(-1)).toEqual({ text: tokenizer.specialTokens['eos_token'], trained: true, special: true })
    })
  },
)

test('in a chat every assistant turn is trained and no other, and the ids are those of the whole text', () => {
  const { tokenizer, chatTemplate, cases } = golden('llama')
  const c = cases.chat[0]!
  const example = makeExample(
    { line: 1, kind: 'chat', messages: c.messages },
    tokenizer,
    { chatTemplate: chatTemplate!, trainOn },
    1000,
  )
  expect([...example.ids]).toEqual(c.ids)
  expect(trained(example, tokenizer)).toBe('Hello.<|im_end|>')
})

test('long plain texts become windows that learn every token once; other long rows are cut', () => {
  const { tokenizer } = golden('llama')
  const text = 'one two three four five six seven eight nine ten '.repeat(5)
  const { examples } = makeExamples([{ line: 1, kind: 'text', text }], tokenizer, { trainOn }, 16)
  const whole = [...tokenizer.prefixIds, ...tokenizer.encode(text), tokenizer.eosId!]
  expect(examples.flatMap((e) => [...e.ids].filter((_, i) => e.mask[i] === 1))).toEqual(whole.slice(1))
  for (const e of examples) expect(e.ids.length).toBeLessThanOrEqual(16)
  expect(makeExample(completion('a', text), tokenizer, { trainOn }, 16)).toMatchObject({ truncated: true })
})

test('rows with nothing to learn become problems with their line', () => {
  const { tokenizer, chatTemplate } = golden('llama')
  const rows: Row[] = [
    { ...completion('very long prompt '.repeat(50), 'x'), line: 7 },
    { line: 8, kind: 'chat', messages: [{ role: 'user', content: 'Hi' }] },
  ]
  const { examples, problems } = makeExamples(rows, tokenizer, { chatTemplate: chatTemplate!, trainOn }, 32)
  expect(examples).toEqual([])
  expect(problems.map((p) => p.line)).toEqual([7, 8])
  expect(problems[0]!.reason).toContain('fills all 32 tokens')
})
