// Files as people really have them: each opens to the right shape with every row, or tells the bad row by line.
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../files/byteSource.ts'
import { utf8 } from '../lib/bytes.ts'
import { openDataset } from './dataset.ts'
import { describeData } from './describeData.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import { golden } from '../../e2e/golden/tokenizers.ts'
import type { Row } from './row.ts'

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))
const open = (content: string | Uint8Array, name: string) => openDataset(bytesSource(typeof content === 'string' ? utf8(content) : content, name))
const lines = (...values: readonly unknown[]): string => values.map((v) => JSON.stringify(v)).join('\n')
const texts = (row: Row | undefined): unknown =>
  row?.kind === 'chat' ? row.messages.map((m) => `${m.role}: ${m.tool_calls ? JSON.stringify(m.tool_calls[0]!.function) : m.content}`) : row?.kind === 'completion' ? [row.prompt, row.completion] : row
const text = (value: string) => lines({ text: value }, { text: value })

describe('traps', () => {
  test.each<readonly [string, string, string | Uint8Array, string, number, unknown]>([
    ['a table without header', 'x.csv', 'Love it,1\n"Bad, really",0\nFine,1\nnope,0\n', 'texts with labels', 4, ['Love it\n', '1']],
    ['three columns without header', 'x.csv', '1,I love this,pos\n2,"Bad, really",neg\n3,It is fine,pos\n4,nope,neg\n', 'texts with labels', 4, ['I love this\n', 'pos']],
    ['the label first, tabs, quotes that are no quotes', 'x.tsv', 'ham\tGo now\nspam\t"Free entry\nham\tU say "so"\nspam\tWIN\n', 'texts with labels', 4, ['Go now\n', 'ham']],
    ['Latin-1 JSON', 'x.json', latin1(JSON.stringify([{ instruction: 'Übersetze', input: 'Grüße', output: 'déjà £5' }])), 'instructions with answers', 1, ['Übersetze\n\nGrüße\n', 'déjà £5']],
    ['Windows quotes', 'x.csv', Uint8Array.from([...utf8('text,label\n'), 0x93, 0x61, 0x94, ...utf8(',x\nb,y\n')]), 'texts with labels', 2, ['“a”\n', 'x']],
    ['lines that end with a comma', 'x.jsonl', '{"prompt":"a","completion":"b"},\n{"prompt":"c","completion":"d"},\n', 'prompt/completion pairs', 2, ['a', 'b']],
    ['ShareGPT with calls and observations', 'x.jsonl', lines({ conversations: [{ from: 'human', value: 'Weather?' }, { from: 'function_call', value: '{"name":"w","arguments":{"c":1}}' }, { from: 'observation', value: '21' }, { from: 'gpt', value: 'It is 21' }], tools: '[{"name":"w"}]' }), 'conversations', 1, ['user: Weather?', 'assistant: {"name":"w","arguments":{"c":1}}', 'tool: 21', 'assistant: It is 21']],
    ['dialogues with frames, as SGD has them', 'x.json', JSON.stringify([{ dialogue_id: '1', services: ['R'], turns: [{ frames: [{ service: 'R', slots: [] }], speaker: 'USER', utterance: 'Food' }, { frames: [], speaker: 'SYSTEM', utterance: 'Where?' }] }]), 'conversations', 1, ['user: Food', 'assistant: Where?']],
    ['dialogues by name, as MultiWOZ has them', 'x.json', JSON.stringify({ 'a.json': { goal: {}, log: [{ text: 'hi', metadata: {} }, { text: 'ho', metadata: {} }] }, 'b.json': { goal: {}, log: [{ text: 'hi', metadata: {} }, { text: 'ho', metadata: {} }] } }), 'conversations', 2, ['user: hi', 'assistant: ho']],
    ['ChatML in one field', 'x.jsonl', text('<|im_start|>system\nBe kind<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHo<|im_end|>\n'), 'conversations written as texts', 2, ['system: Be kind', 'user: Hi', 'assistant: Ho']],
    ['Llama’s marks in one field', 'x.jsonl', text('<s>[INST] <<SYS>>\nBe kind\n<</SYS>>\n\nHi [/INST] Ho </s><s>[INST] Bye [/INST] Ciao </s>'), 'conversations written as texts', 2, ['system: Be kind', 'user: Hi', 'assistant: Ho', 'user: Bye', 'assistant: Ciao']],
    ['### Human in one field', 'x.jsonl', text('### Human: Hi### Assistant: Ho'), 'conversations written as texts', 2, ['user: Hi', 'assistant: Ho']],
    ['<|user|> in one field', 'x.jsonl', text('<|user|>\nHi</s>\n<|assistant|>\nHo</s>'), 'conversations written as texts', 2, ['user: Hi', 'assistant: Ho']],
    ['OpenAI’s preference file', 'x.jsonl', lines({ input: { messages: [{ role: 'user', content: 'Q' }], tools: [] }, preferred_output: [{ role: 'assistant', content: 'good' }], non_preferred_output: [{ role: 'assistant', content: 'bad' }] }), 'preference pairs', 1, ['user: Q', 'assistant: good']],
    ['preferences as messages beside a prompt of messages', 'x.jsonl', lines({ prompt: [{ role: 'user', content: 'Q' }], chosen: [{ role: 'assistant', content: 'good' }], rejected: [{ role: 'assistant', content: 'bad' }] }), 'preference pairs', 1, ['user: Q', 'assistant: good']],
    ['label numbers named beside the rows', 'x.json', JSON.stringify({ features: { text: { dtype: 'string', _type: 'Value' }, label: { names: ['neg', 'pos'], _type: 'ClassLabel' } }, rows: [{ row_idx: 0, row: { text: 'a', label: 1 } }, { row_idx: 1, row: { text: 'b', label: 0 } }] }), 'texts with labels', 2, ['a\n', 'pos']],
  ])('%s', async (_, name, content, shape, count, first) => {
    const { format, rows, problemCount } = await open(content, name)
    expect([format.split(', ').slice(1).join(', '), rows.length, problemCount, texts(rows.at(0))]).toEqual([shape, count, 0, first])
  })

  test('quotes that do not match cost their own row', async () => {
    const { rows, problems } = await open(`text,label\n"never closed,a\nfine,b\nsome "mid" quote,a\n"good, quoted",b\n${'row,a\n'.repeat(9)}`, 'x.csv')
    expect([rows.length, problems.map((p) => [p.line, p.cause])]).toEqual([12, [[2, 'quotes']]])
  })

  test('pairs whose answers are one are counted', async () => {
    const dataset = await open(lines({ prompt: 'a', chosen: 'same', rejected: 'same' }, { prompt: 'b', chosen: 'good', rejected: 'bad' }), 'x.jsonl')
    const { checks } = describeData(dataset, { tokenizer: golden('gpt2').tokenizer, recipe: defaultRecipe() })
    expect(checks!.map((c) => [c.kind, c.message, c.lines])).toEqual([['same-pairs', '1 row has one answer as the better and the worse; it is learned like the others.', [1]]])
  })
})
