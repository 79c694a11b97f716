// Shapes beyond the plainest, each from a file's text to its first row.
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../files/byteSource.ts'
import { utf8 } from '../lib/bytes.ts'
import { openDataset, type Dataset } from './dataset.ts'
import type { Row } from './row.ts'
import { renderRow } from './template.ts'

const open = (values: unknown, name = 'x.json'): Promise<Dataset> => openDataset(bytesSource(utf8(typeof values === 'string' ? values : JSON.stringify(values)), name))
const first = async (values: unknown, name?: string): Promise<[string, Omit<Row, 'line'>]> => {
  const { format, rows } = await open(values, name)
  const { line: _, ...row } = rows.at(0)!
  return [format.split(', ').slice(1).join(', '), row]
}
const chat = (...turns: readonly (readonly [role: string, content: string])[]) => ({ kind: 'chat', messages: turns.map(([role, content]) => ({ role, content })) })
const pair = (prompt: string, completion: string) => ({ kind: 'completion', prompt, completion })
const hi = chat(['user', 'Hi'], ['assistant', 'Ho'])

describe('shapes', () => {
  test.each<readonly [unknown, string, unknown]>([
    [[{ Instruction: 'Sing', Context: 'low', Response: 'La' }], 'instructions with answers', pair('Sing\n\nlow\n', 'La')],
    [[{ system_prompt: 'Be kind', question: 'Why?', response: 'So.' }], 'questions with answers', chat(['system', 'Be kind'], ['user', 'Why?'], ['assistant', 'So.'])],
    [[{ instruction: 'And?', input: '', output: 'Yes', history: [['Hi', 'Ho']] }], 'instructions with answers', chat(['user', 'Hi'], ['assistant', 'Ho'], ['user', 'And?'], ['assistant', 'Yes'])],
    [[{ instruction: 'Add', instances: [{ input: '1 1', output: '2' }] }], 'instructions with answers', pair('Add\n\n1 1\n', '2')],
    [[{ question: 'Who?', context: 'Ann came.', answers: { text: ['Ann'], answer_start: [0] } }], 'questions with answers', pair('Who?\n\nAnn came.\n', 'Ann')],
    [[{ prompt: 'Q', chosen: 'good', rejected: 'bad' }], 'preference pairs', pair('Q\n', 'good')],
    [[{ instruction: 'Q', input: 'x', output: 'o', chosen: 'good', rejected: 'bad' }], 'preference pairs', pair('Q\n\nx\n', 'good')],
    [[{ prompt: 'Hi', chosen: [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Ho' }], rejected: [] }], 'preference pairs', hi],
    [[{ chosen: '\n\nHuman: Hi\n\nAssistant: Ho', rejected: '\n\nHuman: Hi\n\nAssistant: No' }], 'preference pairs', hi],
    [[{ premise: 'A man sleeps.', hypothesis: 'He rests.', label: 'entailment' }], 'sentence pairs with labels', { ...pair('A man sleeps.\n\nHe rests.\n', 'entailment'), secondAt: 15 }],
    [[{ sentence1: 'a', sentence2: 'b', score: 4.5 }], 'sentence pairs with labels', { ...pair('a\n\nb\n', '4.5'), secondAt: 3 }],
    [[{ anchor: 'a', positive: 'b' }], 'sentence pairs', pair('a\n', 'b')],
    [[{ text: 'fine', label: 1, label_text: 'positive' }], 'texts with labels', pair('fine\n', 'positive')],
    [[{ article: 'Long.', highlights: 'Short.' }], 'inputs with outputs', pair('Long.\n', 'Short.')],
    [[{ translation: { en: 'one', fr: 'un' } }], 'translations', pair('one\n', 'un')],
    [[{ text: '### Human: Hi ### Assistant: Ho' }], 'conversations written as texts', hi],
    [[{ text: '### Human: Hi### Assistant: Ho### Human: And?### Assistant: Yes' }], 'conversations written as texts', chat(['user', 'Hi'], ['assistant', 'Ho'], ['user', 'And?'], ['assistant', 'Yes'])],
    [[{ text: 'Below is a task.\n\n### Instruction:\nAdd\n\n### Input:\n1 1\n\n### Response:\n2' }], 'conversations written as texts', chat(['system', 'Below is a task.'], ['user', 'Add\n\n1 1'], ['assistant', '2'])],
    [[{ text: 'Q: one\nA: two' }], 'plain texts', { kind: 'text', text: 'Q: one\nA: two' }],
    [[{ conversations: [{ from: 'system', value: 'S' }, { from: 'human', value: 'Hi' }, { from: 'gpt', value: 'Ho' }] }], 'conversations', chat(['system', 'S'], ['user', 'Hi'], ['assistant', 'Ho'])],
    [[{ system: 'S', conversations: [{ from: 'human', value: 'Hi' }, { from: 'gpt', value: 'Ho' }] }], 'conversations', chat(['system', 'S'], ['user', 'Hi'], ['assistant', 'Ho'])],
    [[{ id: 1, turns: [{ speaker: 'USER', utterance: 'Hi' }, { speaker: 'SYSTEM', utterance: 'Ho' }] }], 'conversations', hi],
    [[{ dialogue_id: 'd', info: { turns: [{ speaker: 'Ann', text: 'Hi' }, { speaker: 'Bob', text: 'Ho' }] } }], 'conversations', hi],
    [{ dialogues: [{ turns: [{ speaker: 'USER', utterance: 'Hi' }, { speaker: 'SYSTEM', utterance: 'Ho' }] }] }, 'conversations', hi],
    [{ 'a.json': { goal: {}, log: [{ text: 'Hi' }, { text: 'Ho' }] }, 'b.json': { goal: {}, log: [{ text: 'A' }, { text: 'B' }] } }, 'conversations', hi],
    [[{ dialog: ['Hi', 'Ho'] }], 'conversations', hi],
    [[[{ role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Ho' }], [{ role: 'user', content: 'A' }, { role: 'assistant', content: 'B' }]], 'conversations', hi],
    [{ text: ['a', 'b'], label: ['x', 'y'] }, 'texts with labels', pair('a\n', 'x')],
    [{ text: { 0: 'a', 1: 'b' }, label: { 0: 'x', 1: 'y' } }, 'texts with labels', pair('a\n', 'x')],
    [['one text', 'another'], 'plain texts', { kind: 'text', text: 'one text' }],
  ])('%j', async (values, label, row) => expect(await first(values)).toEqual([label, row]))

  test('an assistant’s turn of weight 0 is read and not learned', async () => {
    const messages = [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Bad', weight: 0 }, { role: 'user', content: 'Again' }, { role: 'assistant', content: 'Good', weight: 1 }]
    const { rows, problems } = await open([{ messages }, { messages: messages.slice(0, 2) }, { messages }].map((r) => JSON.stringify(r)).join('\n'), 'x.jsonl')
    expect(problems.map((p) => [p.line, p.reason])).toEqual([[2, 'messages has no assistant turn with a weight above 0, so there is nothing to learn.']])
    const trained = (chatTemplate?: string) => renderRow(rows.at(0)!, { trainOn: 'completions', ...(chatTemplate !== undefined && { chatTemplate }) }).filter((s) => s.trained).map((s) => s.text.trim())
    expect(trained()).toEqual(['Good'])
    expect(trained("{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}")).toEqual(['Good<|end|>'])
  })

  test('tools, calls and answers of tools are kept', async () => {
    const tools = [{ type: 'function', function: { name: 'weather', parameters: {} } }]
    const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: { city: 'Bern' } } }
    const { rows } = await open([
      {
        tools,
        messages: [
          { role: 'user', content: 'Bern?' },
          { role: 'assistant', content: null, tool_calls: [{ ...call, function: { name: 'weather', arguments: '{"city":"Bern"}' } }] },
          { role: 'tool', tool_call_id: 'c1', content: '3 °C' },
          { role: 'assistant', content: 'Cold.' },
        ],
      },
    ])
    expect(rows.at(0)).toMatchObject({ tools, messages: [{ role: 'user' }, { role: 'assistant', content: '', tool_calls: [call] }, { role: 'tool', tool_call_id: 'c1', content: '3 °C' }, { content: 'Cold.' }] })
  })
  test('ShareGPT with tool roles', async () => {
    const { rows, problemCount } = await open([
      {
        conversations: [
          { from: 'human', value: 'Bern?' },
          { from: 'function_call', value: '{"name":"weather","arguments":{"city":"Bern"}}' },
          { from: 'observation', value: '3 °C' },
          { from: 'gpt', value: 'Cold.' },
        ],
        tools: '[{"name":"weather"}]',
      },
    ])
    expect(problemCount).toBe(0)
    expect(rows.at(0)).toMatchObject({
      tools: [{ name: 'weather' }],
      messages: [{ role: 'user' }, { role: 'assistant', content: '', tool_calls: [{ type: 'function', function: { name: 'weather', arguments: { city: 'Bern' } } }] }, { role: 'tool', content: '3 °C' }, { role: 'assistant', content: 'Cold.' }],
    })
  })
  test('preference pairs say what is not used', async () => expect((await open([{ prompt: 'Q', chosen: 'a', rejected: 'b' }])).notes?.[0]).toContain('The chosen answers are learned'))
  test('a table without a header, one bad quote in it, in Latin-1', async () => {
    const text = 'Sehr schön,gut\n"Nie zu,schlecht\nGanz übel,schlecht\nNa ja,gut\n'
    const { rows, problems, format } = await openDataset(bytesSource(Uint8Array.from(text, (c) => c.charCodeAt(0)), 'x.csv'))
    expect([format, rows.length, rows.at(1)]).toEqual(['CSV, texts with labels', 3, { line: 3, ...pair('Ganz übel\n', 'schlecht') }])
    expect(problems).toEqual([{ line: 2, reason: 'has a quote that is never closed.', cause: 'quotes' }])
  })
  test('Markdown is cut into sections, never in a code block', async () => {
    const long = 'Word. '.repeat(250)
    const { rows, format } = await open(`---\ntitle: no\n---\n# One\n\n${long}\n\n# Two\n\n\`\`\`sh\n# not a heading\n\n${long}\n\`\`\`\n\nEnd.\n`, 'x.md')
    expect(format).toBe('Markdown, plain texts')
    expect(rows.map((r) => [r.line, r.kind === 'text' && r.text.slice(0, 5)])).toEqual([
      [4, '# One'],
      [8, '# Two'],
    ])
  })
  test('a NUL in a text is that row’s problem', async () => {
    const { rows, problems } = await open('{"text":"a\\u0000b"}\n{"text":"c"}', 'x.jsonl')
    expect([rows.length, problems[0]?.reason]).toEqual([1, 'text holds a NUL character, which no text has.'])
  })
})
