// Rows of the shapes that people have, the names that occur in them, and texts in the encodings that they come in.
import fc from 'fast-check'
import { utf8 } from '../../lib/bytes.ts'

export const rowsToChange: readonly unknown[] = [
  { prompt: 'a', completion: 'b' },
  { instruction: 'a', input: 'b', output: 'c', history: [['q', 'a']] },
  { text: 'words', label: 1 },
  { messages: [{ role: 'system', content: 's' }, { role: 'user', content: 'q' }, { role: 'assistant', content: 'a', tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }] }, { role: 'tool', tool_call_id: '1', content: 'r' }], tools: [{ type: 'function', function: { name: 'f' } }] },
  { conversations: [{ from: 'human', value: 'q' }, { from: 'gpt', value: 'a' }] },
  { question: 'q', answers: { text: ['a'], answer_start: [0] } },
  { chosen: [{ role: 'user', content: 'q' }, { role: 'assistant', content: 'good' }], rejected: [{ role: 'user', content: 'q' }, { role: 'assistant', content: 'bad' }] },
  { sentence1: 'a', sentence2: 'b', label: 'same' },
  { tokens: ['New', 'York'], ner_tags: ['B-LOC', 'I-LOC'] },
  { text: '### Human: a ### Assistant: b' },
  { translation: { en: 'a', de: 'b' } },
]
export const COLUMN_WORDS: readonly unknown[] = [
  'text', 'label', 'prompt', 'completion', 'instruction', 'input', 'output', 'messages', 'conversations', 'chosen', 'rejected', 'question', 'answers', 'turns', 'sentence1', 'tools', 'system', 'history', 'instances', 'dialogues', 'tokens', 'ner_tags', 'role', 'content', 'from', 'value', 'speaker', 'utterance', 'tool_calls', 'function_call', 'name', 'arguments', 'type', 'data', 'weight',
  'user', 'assistant', 'gpt', 'human', 'tool', 'observation', 'B-PER', 'O', '\n\nHuman: a\n\nAssistant: b', '[{"role":"user"}]', '{"name":"f"}',
  [{ role: 'user', content: 'a' }],
  { role: 'assistant', content: null },
  [{ type: 'text', text: 'a' }],
  [['q', 'a'], ['q']],
]

export const soup = (...units: string[]): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...units), maxLength: 120 })

const utf16 = (text: string, little: boolean, mark: boolean): Uint8Array => {
  const all = mark ? `\ufeff${text}` : text
  const bytes = new Uint8Array(2 * all.length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < all.length; i++) view.setUint16(2 * i, all.charCodeAt(i), little)
  return bytes
}
export const encoded: fc.Arbitrary<(text: string) => Uint8Array> = fc.constantFrom(
  utf8, utf8, utf8, (text: string) => utf8(`\ufeff${text}`), (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0)), (text: string) => utf16(text, true, true), (text: string) => utf16(text, false, true), (text: string) => utf16(text, true, false),
)
