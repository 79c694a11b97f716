import { expect, test } from 'vitest'
import { golden } from '../../e2e/golden/tokenizers.ts'
import { encodeSegments } from './encodeSegments.ts'

test('a tokenizer that starts every text with a space gives none to a piece in mid-text', () => {
  const { tokenizer } = golden('mistral')
  expect(tokenizer.decode([...tokenizer.encode('x'), ...tokenizer.encode('yes')])).toBe('x yes')
  expect(tokenizer.decode(encodeSegments(['x', 'yes', ' no', '</s>'], tokenizer).flatMap((p) => [...p]))).toBe('xyes no')
})

test.each(['llama', 'gpt2', 'qwen2'] as const)('%s: pieces cut where words start have the ids of the whole', (name) => {
  const { tokenizer } = golden(name)
  const pieces = ['The answer', ' is 42', '.\n', 'Next', ' one']
  expect(encodeSegments(pieces, tokenizer).flatMap((p) => [...p])).toEqual([...tokenizer.encode(pieces.join(''))])
})
