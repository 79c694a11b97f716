import { expect, test } from 'vitest'
import { recogniser } from './recognise.ts'

const read = (value: Record<string, unknown>) => recogniser(Object.keys(value))?.read(3, value)

test.each([
  [{ text: 'abc' }, { kind: 'text', text: 'abc' }],
  [
    { prompt: 'Q: ', completion: ' A' },
    { kind: 'completion', prompt: 'Q: ', completion: ' A' },
  ],
  [
    { Prompt: 'Q', Response: 'A' },
    { kind: 'completion', prompt: 'Q', completion: 'A' },
  ],
  [
    { instruction: 'Spell', input: 'cat ', output: 'c-a-t' },
    { kind: 'completion', prompt: 'Spell\n\ncat\n', completion: 'c-a-t' },
  ],
  [
    { instruction: 'Sing', input: '', output: 'La' },
    { kind: 'completion', prompt: 'Sing\n', completion: 'La' },
  ],
  [
    { question: 'Why?', answer: 'So.' },
    { kind: 'completion', prompt: 'Why?\n', completion: 'So.' },
  ],
  [
    { text: 'lost card', category: 'card' },
    { kind: 'completion', prompt: 'lost card\n', completion: 'card' },
  ],
  [
    { sentence: 'fine', label: 1 },
    { kind: 'completion', prompt: 'fine\n', completion: '1' },
  ],
  [
    {
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: [{ type: 'text', text: 'Ho' }] },
      ],
    },
    {
      kind: 'chat',
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Ho' },
      ],
    },
  ],
  [
    {
      conversations: [
        { from: 'human', value: 'Hi' },
        { from: 'gpt', value: 'Ho' },
      ],
    },
    {
      kind: 'chat',
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Ho' },
      ],
    },
  ],
])('%j', (value, row) => expect(read(value)).toEqual({ line: 3, ...row }))

const says = [{ role: 'user', content: 'Hi' }]
test.each([
  [
    { messages: [...says, { role: 'assistant', content: 'x' }, { role: 'user' }] },
    'messages[2].content',
    'messages[2].content is missing.',
  ],
  [
    { messages: [{ role: 'king', content: 'x' }] },
    'messages[0].role',
    'messages[0].role is "king"; known ones are system, user, assistant and tool.',
  ],
  [{ messages: says }, 'messages', 'messages has no assistant turn, so there is nothing to learn.'],
  [{ messages: 'hello' }, 'messages', 'messages is not a list of messages.'],
  [{ conversations: [{ from: 'human' }] }, 'conversations[0].value', 'conversations[0].value is missing.'],
  [{ prompt: 'x', completion: null }, 'completion', 'completion is missing.'],
  [{ prompt: 'x', completion: ' ' }, 'completion', 'completion is empty, so there is nothing to learn.'],
  [{ prompt: ['x'], completion: 'y' }, 'prompt', 'prompt must be text, found a list.'],
  [{ text: '' }, 'text', 'text is empty.'],
])('%j is a problem', (value, field, reason) => expect(read(value)).toMatchObject({ line: 3, field, reason }))

test('unknown columns have no recogniser', () => expect(recogniser(['a', 'b'])).toBeUndefined())
