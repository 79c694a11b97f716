import { expect, test } from 'vitest'
import { golden } from '../../e2e/golden/tokenizers.ts'
import { renderPrompt, renderRow, type Segment } from './template.ts'
import type { Row } from './row.ts'
import { toldRow } from './shapeRows.ts'

const trainOn = 'completions' as const
const chatml = golden('llama').chatTemplate!
const specialTokens = { bos_token: '<s>', eos_token: '</s>' }
const chat: Row = {
  line: 1,
  kind: 'chat',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: ' Hello ' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hi' },
  ],
}
const completion: Row = { line: 1, kind: 'completion', prompt: 'Q ', completion: ' A' }
/** Trained parts in brackets. */
const marked = (segments: Segment[]) => segments.map((s) => (s.trained ? `[${s.text}]` : s.text)).join('')

test('a conversation trains what the assistant says and the mark that ends its turn', () => {
  expect(marked(renderRow(chat, { chatTemplate: chatml, specialTokens, trainOn }))).toBe(
    '<s><|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n[Hello<|im_end|>]\n' +
      '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n[Hi<|im_end|>]\n',
  )
})

test('a template that changes earlier turns, refuses beginnings or has no generation prompt still gives its spans', () => {
  const strict =
    "{% if messages[0].role == 'system' and messages|length == 1 %}{{ raise_exception('no user') }}{% endif %}" +
    "{% for m in messages %}{% if m.role == 'assistant' %}{% if loop.last %}<think></think>{% endif %}{{ m.content|trim }}</s>" +
    '{% else %}[INST] {{ m.content }} [/INST]{% endif %}{% endfor %}'
  expect(marked(renderRow(chat, { chatTemplate: strict, specialTokens, trainOn }))).toBe(
    '[INST] Be brief. [/INST][INST] Hi [/INST][Hello</s>][INST] Hi [/INST][<think></think>Hi</s>]',
  )
})

test('without a template: plain prompt, completion and end; roles as lines', () => {
  expect(marked(renderRow(completion, { specialTokens, trainOn }))).toBe('Q [ A</s>]')
  expect(marked(renderRow({ line: 1, kind: 'text', text: 'abc' }, { specialTokens, trainOn }))).toBe('[abc</s>]')
  expect(marked(renderRow(chat, { specialTokens, trainOn }))).toBe(
    'Be brief.\nUser: Hi\nAssistant:[ Hello\n]User: Hi\nAssistant:[ Hi</s>]',
  )
})

test('everything trains everything, with the same cuts', () => {
  const some = renderRow(chat, { chatTemplate: chatml, specialTokens, trainOn })
  const all = renderRow(chat, { chatTemplate: chatml, specialTokens, trainOn: 'everything' })
  expect(all.map((s) => s.text)).toEqual(some.map((s) => s.text))
  expect(all.every((s) => s.trained)).toBe(true)
})

test('a prompt is the first untrained segment of its training row', () => {
  for (const options of [{ specialTokens }, { specialTokens, chatTemplate: chatml }])
    expect(renderRow(completion, { ...options, trainOn })[0]?.text).toBe(renderPrompt('Q ', options))
})

const call = { type: 'function', function: { name: 'weather', arguments: { city: 'Bern' } } } as const
const withTools: Row = {
  line: 1,
  kind: 'chat',
  tools: [{ name: 'weather' }],
  messages: [
    { role: 'user', content: 'Bern?' },
    { role: 'assistant', content: '', tool_calls: [call] },
    { role: 'tool', content: '3 °C' },
    { role: 'assistant', content: 'Cold.' },
  ],
}
test('a template that knows tools gets them and their calls; another trains the calls as they are said', () => {
  const knowing =
    '{% if tools %}{{ tools|tojson }}{% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content }}' +
    '{% for c in m.tool_calls or [] %}{{ c.function|tojson }}{% endfor %}<end>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}'
  expect(marked(renderRow(withTools, { chatTemplate: knowing, trainOn }))).toBe(
    '[{"name": "weather"}]<user>Bern?<end><assistant>[{"name": "weather", "arguments": {"city": "Bern"}}<end>]<tool>3 °C<end><assistant>[Cold.<end>]',
  )
  const said = '{"name":"weather","arguments":{"city":"Bern"}}'
  expect(marked(renderRow(withTools, { chatTemplate: chatml, specialTokens, trainOn }))).toContain(`<|im_start|>assistant\n[${said}<|im_end|>]`)
  expect(marked(renderRow(withTools, { specialTokens, trainOn }))).toBe(`User: Bern?\nAssistant:[ ${said}\n]Tool: 3 °C\nAssistant:[ Cold.</s>]`)
})

test('what the model is told at use stands before a prompt, as in a training row that was told the same', () => {
  for (const options of [{ specialTokens }, { specialTokens, chatTemplate: chatml }]) {
    const told = toldRow(completion, 'Be brief.', 'chatTemplate' in options)
    expect(renderRow(told, { ...options, trainOn })[0]?.text).toBe(renderPrompt('Q ', { ...options, system: 'Be brief.' }))
  }
})
