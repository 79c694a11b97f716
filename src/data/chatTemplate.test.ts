import { describe, expect, test } from 'vitest'
import { goldenTokenizers } from '../../e2e/golden/tokenizers.ts'
import { renderChat } from './chatTemplate.ts'

const hi = [{ role: 'user', content: 'Hi' }]
const options = { addGenerationPrompt: false }

describe.each(goldenTokenizers.filter((g) => g.chatTemplate).map((g) => [g.name, g] as const))(
  '%s',
  (_, { tokenizer, cases, chatTemplate }) => {
    test('text and ids are those of transformers', () => {
      for (const c of cases.chat) {
        const text = renderChat(chatTemplate!, c.messages, {
          addGenerationPrompt: c.add_generation_prompt,
          specialTokens: tokenizer.specialTokens,
        })
        expect(text).toBe(c.text)
        expect([...tokenizer.encode(text)]).toEqual(c.ids)
      }
    })
  },
)

test.each([
  ['{% for i in range(10**9) %}x{% endfor %}', 'range is too long'],
  ['{% for i in range(9000) %}{% for j in range(9000) %}{{ j }}{% endfor %}{% endfor %}', 'takes more than'],
  [
    '{% set x = range(10000) %}{% for i in x %}{% for j in x %}{% for k in x %}{% endfor %}{% endfor %}{% endfor %}',
    'more than 2 seconds',
  ],
  [`{% for i in range(9000) %}${'a'.repeat(150)}{% endfor %}`, 'at most 1048576 are allowed'],
  ['a'.repeat(70_000), 'at most 65536 are allowed'],
  ["{{ raise_exception('Roles must alternate') }}", 'Roles must alternate'],
  ['{% if %}', 'could not render'],
])('%.60s is refused in a sentence', (template, message) => expect(() => renderChat(template, hi, options)).toThrow(message))

test('the clock is undefined, so that a text is the same on any day', () => {
  expect(renderChat("{{ 'today' if strftime_now is defined else 'always' }}", hi, options)).toBe('always')
})

test('no code of the page can be reached from a template', () => {
  for (const template of ['{{ messages.constructor }}', "{{ ''.constructor.constructor('return 1')() }}", '{{ globalThis }}'])
    try {
      expect(renderChat(template, hi, options)).toBe('')
    } catch (error) {
      expect(String(error)).toContain('could not render')
    }
})
