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
    'takes more than',
  ],
  [`{% for i in range(9000) %}${'a'.repeat(150)}{% endfor %}`, 'makes a text of'],
  ['a'.repeat(70_000), 'at most 65536 are allowed'],
  ["{{ raise_exception('Roles must alternate') }}", 'Roles must alternate'],
  ['{% if %}', 'could not render'],
  ["{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s|length }}", 'makes a text of'],
  ["{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s|upper %}{% endfor %}", 'makes a text of'],
  ['{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = ns.a + ns.a %}{% endfor %}', 'makes a list of'],
  ['{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a|tojson }}', 'too large a value'],
  ['{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}', 'too large a value'],
  ['{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ "x" ~ ns.a }}', 'too large a value'],
  ['{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a == "x" }}', 'too large a value'],
  ['{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ raise_exception(ns.a) }}', 'refuses the row'],
  ['{% set ns = namespace(x=1) %}{% set ns.me = ns %}{{ ns }}', 'nests too deeply'],
  ['{{ [1]|tojson(indent=10**9) }}', 'too wide'],
  ['{{ "a\\nb"|indent(10**8) }}', 'too wide'],
  ['{{ range(9000)|join("x" * 500) }}', 'could not render'],
  ["{% set x = 'x'|replace('x', 'y' ~ 'yyyyyyyyyy') %}{% set ns = namespace(s=x) %}{% for i in range(40) %}{% set ns.s = ns.s.replace('y', ns.s) %}{% endfor %}", 'could not render'],
  ["{% set ns = namespace(s='y') %}{% for i in range(40) %}{% set ns.s = ns.s|replace('y', 'yyyy') %}{% endfor %}", 'too long a text'],
  ['{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}', 'could not render'],
  ['{{ ' + '('.repeat(20_000) + '1' + ')'.repeat(20_000) + ' }}', 'could not render'],
])('%.60s is refused in a sentence', (template, message) => {
  const began = performance.now()
  expect(() => renderChat(template, hi, options)).toThrow(message)
  // Within a second, on a machine that others may be using.
  expect(performance.now() - began).toBeLessThan(5000)
})

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
