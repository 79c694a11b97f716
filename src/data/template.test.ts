import { expect, test } from 'vitest'
import { golden } from '../../e2e/golden/tokenizers.ts'
import { renderPrompt, renderRow, type Segment } from './template.ts'
import type { Row } from './row.ts'

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
