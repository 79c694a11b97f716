// The library's interpreter of Jinja, counted. A template can loop without end, double a text in every round, or build a list of
// lists that is small in memory and endless when it is written out. Steps, time, lengths and weights are held to caps, each
// before the library does the work.
import { Interpreter, type parse } from '@huggingface/jinja'

export type Program = ReturnType<typeof parse>

const MAX_STEPS = 2_000_000
const MAX_MS = 900
/** Of one text, in characters. */
export const MAX_TEXT = 1024 * 1024
const MAX_ITEMS = 20_000
/** Of a value that is written out or compared whole: lists, entries and texts in it, however often each is met. */
const MAX_WEIGHT = 500_000
/** Spaces that a line may be moved by, and characters between items. */
const MAX_WIDTH = 64

type Evaluate = Interpreter['evaluate']
type Statement = NonNullable<Parameters<Evaluate>[0]>
type Environment = Parameters<Evaluate>[1]
type Value = ReturnType<Evaluate>

interface Node {
  readonly type: string
  readonly [key: string]: unknown
}
/** What is done with a node's value. */
interface Marks {
  readonly whole: ReadonlySet<unknown>
  readonly replaced: ReadonlySet<unknown>
}

/** Filters that look at no item of a list. */
const LIGHT = new Set(['length', 'count', 'first', 'last', 'list', 'items', 'default', 'selectattr', 'rejectattr', 'map', 'reverse', 'safe'])
const BLOCKS = ['body', 'alternate', 'defaultBlock']

/** Renders a program; throws an Error with the reason where it goes beyond a cap. */
export function runBounded(program: Program, environment: Environment): unknown {
  return new BoundedInterpreter(environment, marksOf(program)).run(program).value
}

const known = new WeakMap<Program, Marks>()

/** Nodes whose values are written out or compared whole, and texts in which something is replaced. */
function marksOf(program: Program): Marks {
  const before = known.get(program)
  if (before) return before
  const whole = new Set<unknown>()
  const replaced = new Set<unknown>()
  const look = (value: unknown): void => {
    if (Array.isArray(value) || value instanceof Map) {
      for (const inner of value as Iterable<unknown>) look(inner)
      return
    }
    if (typeof value !== 'object' || value === null || !('type' in value)) return
    const node = value as Node
    for (const block of BLOCKS) if (Array.isArray(node[block])) for (const inner of node[block] as unknown[]) whole.add(inner)
    if (node.type === 'FilterExpression') {
      const name = filterName(node['filter'])
      if (name === 'replace') replaced.add(node['operand'])
      if (!LIGHT.has(name)) whole.add(node['operand'])
    }
    if (node.type === 'BinaryExpression') for (const side of ['left', 'right']) whole.add(node[side])
    if (node.type === 'MemberExpression') replaced.add(node['object'])
    for (const inner of Object.values(node)) look(inner)
  }
  look(program)
  const marks = { whole, replaced }
  known.set(program, marks)
  return marks
}

function filterName(filter: unknown): string {
  const node = filter as Node
  return String((node.type === 'CallExpression' ? (node['callee'] as Node) : node)['value'])
}

class BoundedInterpreter extends Interpreter {
  private steps = 0
  private readonly end = performance.now() + MAX_MS

  constructor(
    environment: Environment,
    private readonly marks: Marks,
  ) {
    super(environment)
    // Private in the library's types, and the one place that sees a filter with its operand.
    const own = this as unknown as { applyFilter: (operand: Value, filter: Node, scope: Environment) => Value }
    const apply = own.applyFilter.bind(this)
    own.applyFilter = (operand, filter, scope) => {
      this.checkFilter(operand, filter, scope)
      return apply(operand, filter, scope)
    }
  }

  override evaluate(...[statement, environment]: Parameters<Evaluate>): Value {
    this.count(1)
    // Single steps over long lists take milliseconds.
    if (this.steps % 4 === 0 && performance.now() > this.end) throw new Error('it takes more than a second.')
    const value = super.evaluate(statement, environment)
    if (value.type === 'StringValue') {
      const { length } = value.value as string
      if (length > MAX_TEXT) throw new Error(`it makes a text of ${length} characters.`)
      this.count(length >> 8)
    } else if (Array.isArray(value.value) && value.value.length > MAX_ITEMS) throw new Error(`it makes a list of ${value.value.length}.`)
    if (statement && this.marks.whole.has(statement)) this.count(weigh(value, MAX_WEIGHT) >> 2)
    if (statement && this.marks.replaced.has(statement)) boundReplace(value)
    return value
  }

  private count(steps: number): void {
    this.steps += steps
    if (this.steps > MAX_STEPS) throw new Error(`it takes more than ${MAX_STEPS} steps.`)
  }

  private checkFilter(operand: Value, filter: Node, scope: Environment): void {
    if (filter.type !== 'CallExpression') return
    const name = filterName(filter)
    if (name !== 'join' && name !== 'indent' && name !== 'tojson') return
    const text = operand.value
    const places = name === 'join' ? (Array.isArray(text) ? text.length : String(text).length) : name === 'indent' ? String(text).split('\n').length : 1
    for (const argument of filter['args'] as readonly Node[]) {
      const node = argument.type === 'KeywordArgumentExpression' || argument.type === 'KeywordSpreadExpression' || argument.type === 'SpreadExpression' ? (argument['value'] ?? argument['argument']) : argument
      const value = this.evaluate(node as Statement, scope)
      const width = typeof value.value === 'number' ? value.value : weigh(value, MAX_WEIGHT)
      if (name !== 'join' ? width > MAX_WIDTH : typeof value.value === 'string' && value.value.length * places > MAX_TEXT) throw new Error(`its ${name} is too wide.`)
      if (width * places > MAX_TEXT) throw new Error(`its ${name} makes too long a text.`)
    }
  }
}

/** Throws beyond `most`. */
function weigh(value: Value, most: number): number {
  let weight = 0
  const add = (v: Value, depth: number): void => {
    if (depth > 200) throw new Error('it nests too deeply.')
    const { value: inner } = v as { readonly value: unknown }
    weight += typeof inner === 'string' ? 1 + inner.length / 16 : 1
    if (weight > most) throw new Error('it writes out too large a value.')
    if (Array.isArray(inner)) for (const item of inner as Value[]) add(item, depth + 1)
    else if (inner instanceof Map) for (const item of (inner as Map<string, Value>).values()) add(item, depth + 1)
  }
  add(value, 0)
  return weight
}

interface TextValue {
  readonly value: string
  readonly builtins: ReadonlyMap<string, { value: (args: readonly { readonly value: unknown }[], scope: unknown) => unknown }>
}
const bounded = new WeakSet<object>()

/** What the text's own `replace` would make is measured before it does. */
function boundReplace(given: Value): void {
  if (given.type !== 'StringValue' || bounded.has(given)) return
  bounded.add(given)
  const text = given as unknown as TextValue
  const replace = text.builtins.get('replace')
  if (!replace) return
  const work = replace.value
  replace.value = (args, scope) => {
    const [old, fresh] = [args[0]?.value, args[1]?.value]
    if (typeof old === 'string' && typeof fresh === 'string' && text.value.length + timesIn(text.value, old) * (fresh.length - old.length) > MAX_TEXT) throw new Error('its replace makes too long a text.')
    return work(args, scope)
  }
}

function timesIn(text: string, part: string): number {
  if (part === '') return text.length + 1
  let times = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) times++
  return times
}
