// Chat templates: those of real models with something changed, and statements of Jinja in every order, rendered for a conversation.
import fc from 'fast-check'
import { renderChat } from '../../../data/chatTemplate.ts'
import { Fault } from '../../../protocol/failure.ts'
import type { FuzzTarget } from '../target.ts'

const templates = [
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
  "{% set ns = namespace(found=false) %}{% for message in messages %}{% if message['role'] == 'system' %}{% set ns.found = true %}{% endif %}{% endfor %}{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}{% if message.tool_calls %}{% for t in message.tool_calls %}{{ t.function.arguments | tojson(indent=2) }}{% endfor %}{% else %}{{ '[INST] ' + message['content'] | trim + ' [/INST]' }}{% endif %}{% endfor %}",
  "{%- macro field(v, d=1) -%}{{ v | upper | replace('A', 'b') }}{%- if d > 0 -%}{{ field(v, d - 1) }}{%- endif -%}{%- endmacro -%}{%- for m in messages | selectattr('role', 'equalto', 'user') | list -%}{{ field(m.content) }}{{ loop.last and 'x' or 'y' }}{%- endfor -%}{{ messages[1:][::-1] | length }}{{ tools | default([]) | tojson }}",
]
const expression = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom('1', '0', '-1', '10**9', '9999', "'ab'", "''", 'messages', 'messages[0]', 'messages[0].content', 'ns', 'ns.x', 'x', 'i', 'loop', 'loop.index', 'tools', 'true', 'none', '[]', '{}', "{'a': x}", 'range(10000)', 'namespace(x=[1], s=\'a\')', 'messages.constructor', 'bos_token'),
    fc.tuple(tie('any'), fc.constantFrom('+', '~', '*', '**', '-', '/', '//', '%', '==', '!=', '<', 'in', 'not in', 'and', 'or'), tie('any')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(tie('any'), fc.constantFrom('upper', 'trim', 'tojson', 'string', 'list', 'length', 'first', 'last', 'reverse', 'sort', 'join', 'unique', 'items', 'title', 'indent', 'int', 'tojson(indent=10**8)', "join('xyz' * 9)", "replace('a', 'aaaaaaaa')", "replace('', ns.s)", 'indent(999999)', "join(ns.s)", "map(attribute='content')", "default('x', true)", 'dictsort', "split('a')", 'nothing')).map(([a, filter]) => `(${a} | ${filter})`),
    fc.tuple(tie('any'), fc.constantFrom('.upper()', ".replace('a', 'aaaa')", ".split('a')", '.strip()', '.items()', '.x', "['x']", '[0]', '[1:]', '[::-1]', '()', ".replace('', ns.s)", ".startswith('a')", '.get(1)')).map(([a, call]) => `${a}${call}`),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `[${a}, ${b}]`),
    fc.tuple(tie('any'), fc.constantFrom('defined', 'string', 'none', 'mapping', 'iterable', 'odd', 'lower')).map(([a, test]) => `(${a} is ${test})`),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(${a} if ${b} else x)`),
    tie('any').map((a) => `f(${a})`),
  ),
})).any
const statement = fc.letrec<{ any: string }>((tie) => {
  const body = fc.array(tie('any'), { maxLength: 3 }).map((all) => all.join(''))
  return {
    any: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      expression.map((e) => `{{ ${e} }}`),
      fc.tuple(fc.constantFrom('x', 'ns', 'ns.x', 'ns.s', 'a, b'), expression).map(([name, e]) => `{% set ${name} = ${e} %}`),
      fc.constantFrom('{% set ns.x = [ns.x, ns.x] %}', '{% set ns.s = ns.s + ns.s %}', '{% set ns.x = ns.x + ns.x %}', '{% set ns.x = ns %}', '{{ ns }}', '{# c #}', '{% raw %}{{{% endraw %}', 'text', '{%- break -%}', '{% continue %}', '{% generation %}'),
      fc.tuple(fc.constantFrom('i', 'x', 'a, b'), fc.oneof(fc.constantFrom('range(10000)', 'range(50)', 'messages', 'range(10**9)'), expression), body).map(([name, over, inner]) => `{% for ${name} in ${over} %}${inner}{% endfor %}`),
      fc.tuple(expression, body, body).map(([test, yes, no]) => `{% if ${test} %}${yes}{% else %}${no}{% endif %}`),
      body.map((inner) => `{% macro f(x) %}${inner}{% endmacro %}`),
      body.map((inner) => `{% filter upper %}${inner}{% endfilter %}`),
    ),
  }
}).any
const written = fc.array(statement, { minLength: 1, maxLength: 5 }).map((all) => `{% set ns = namespace(x=[1], s='ab') %}${all.join('')}`)
const damaged = fc.tuple(fc.constantFrom(...templates), fc.array(fc.record({ at: fc.nat(1 << 12), cut: fc.nat(12), text: fc.constantFrom('', '{{', '}}', '{%', '%}', '(', ')', '[', ']', "'", '|', ' ~ ', ' not ', 'for', 'endfor', '10**9', 'range(10**9)', '{#', 'é', '\0', '\\') }), { maxLength: 4 })).map(([template, edits]) => edits.reduce((text, { at, cut, text: put }) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + cut), template))
const long = fc.tuple(fc.constantFrom('{{', '{%', '(', '[', '{', '{{ 1 }}', '{% if 1 %}', "{{ 'a' }}", '{# ', '-', ' ', '\n', "'", '{{ x.', '{{ not ', '{{ 1 + '), fc.constantFrom(100, 5000, 16_000)).map(([part, times]) => part.repeat(times))

const conversation = [
  { role: 'system', content: 'be kind' },
  { role: 'user', content: 'aaa' },
  { role: 'assistant', content: 'b', tool_calls: [{ type: 'function' as const, function: { name: 'f', arguments: { x: [1, { y: 2 }] } } }] },
]

const target: FuzzTarget<string> = {
  inputs: fc.oneof({ weight: 6, arbitrary: written }, { weight: 3, arbitrary: damaged }, { weight: 1, arbitrary: long }),
  run(template) {
    try {
      return renderChat(template, conversation, { addGenerationPrompt: true, specialTokens: { bos_token: '<s>' }, tools: [{ type: 'function', function: { name: 'f' } }] }).length
    } catch (error) {
      // Whether time or steps run out first is the machine's affair.
      if (error instanceof Fault && error.message.includes('it takes more than')) throw new Fault(error.code, 'The template takes too long.', error.hint)
      throw error
    }
  },
  gateRuns: 150,
}
export default target
