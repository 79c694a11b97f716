// A conversation from a row: OpenAI's `messages` ({role, content}), ShareGPT's `conversations` ({from, value}), and the turns of
// dialogue corpora ({speaker, utterance}), whichever names each message uses. Content given in parts is joined if all parts
// are text. Calls of tools are kept as OpenAI writes them.
import { isRecord } from '../protocol/record.ts'
import type { RowProblem } from '../protocol/studio.ts'
import { nestsDeeper } from '../protocol/nesting.ts'
import type { Message, Row, ToolCall } from './row.ts'

const CALL = 'call'
const ROLES: Readonly<Record<string, string>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  prompter: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  bot: 'assistant',
  model: 'assistant',
  chatgpt: 'assistant',
  tool: 'tool',
  function: 'tool',
  observation: 'tool',
  tool_response: 'tool',
  function_response: 'tool',
  ipython: 'tool',
  function_call: CALL,
  tool_call: CALL,
}
/** Who answers in dialogue corpora, where speakers are not called by a model's roles. */
const SPEAKERS: Readonly<Record<string, string>> = {
  ...ROLES,
  system: 'assistant',
  sys: 'assistant',
  agent: 'assistant',
  ai: 'assistant',
  wizard: 'assistant',
  operator: 'assistant',
  support: 'assistant',
  representative: 'assistant',
  doctor: 'assistant',
  teacher: 'assistant',
  tutor: 'assistant',
  usr: 'user',
  customer: 'user',
  client: 'user',
  caller: 'user',
  patient: 'user',
  student: 'user',
  apprentice: 'user',
}
const SPEAKER_KEYS = ['speaker', 'author', 'sender', 'speaker_role', 'speaker_id', 'agent', 'who']
const CONTENT_KEYS = ['content', 'value', 'text', 'utterance', 'message', 'body']

interface Keys {
  readonly role: string | undefined
  readonly content: string
}

/** The keys that a turn keeps its speaker and its words under; undefined when it is no turn. */
export function turnKeys(item: unknown): Keys | undefined {
  if (!isRecord(item)) return undefined
  if ('from' in item && !('role' in item)) return { role: 'from', content: 'value' }
  if ('role' in item) return { role: 'role', content: 'content' in item || !('text' in item || 'value' in item) ? 'content' : 'text' in item ? 'text' : 'value' }
  const content = CONTENT_KEYS.find((k) => typeof item[k] === 'string')
  return content === undefined ? undefined : { role: SPEAKER_KEYS.find((k) => typeof item[k] === 'string' || typeof item[k] === 'number'), content }
}

export interface ChatExtras {
  readonly tools?: unknown
  /** Said first, unless the conversation has a system turn. */
  readonly system?: unknown
}

export function readChat(line: number, field: string, given: unknown, extras: ChatExtras = {}): Row | RowProblem {
  const problem = (path: string, reason: string): RowProblem => ({ line, field: path, reason: `${path} ${reason}` })
  let value = given
  // A CSV cell, or a field that was serialised twice.
  if (typeof value === 'string') {
    value = parsed(value)
    if (value === undefined) return problem(field, 'is not a list of messages.')
  }
  if (value === undefined || value === null) return problem(field, 'is missing.')
  if (!Array.isArray(value)) return problem(field, 'must be a list of messages.')
  if (value.length === 0) return problem(field, 'is empty.')
  const items = (value as unknown[]).every((v) => Array.isArray(v) && v.length === 2) ? (value as unknown[][]).flat() : (value as unknown[])
  const names = speakers(items)
  const messages: Message[] = []
  for (const [i, item] of items.entries()) {
    const path = `${field}[${i}]`
    if (typeof item === 'string') {
      messages.push({ role: i % 2 === 0 ? 'user' : 'assistant', content: item })
      continue
    }
    const keys = turnKeys(item)
    if (!isRecord(item)) return problem(path, 'must be an object with role and content.')
    const message = keys ? readTurn(item, keys, path, i, names) : `${path}.role is missing.`
    if (typeof message === 'string') return { line, field: message.slice(0, message.indexOf(' ')), reason: message }
    messages.push(message)
  }
  const { system } = extras
  if (typeof system === 'string' && system.trim() !== '' && messages[0]?.role !== 'system') messages.unshift({ role: 'system', content: system })
  if (!messages.some((m) => m.role === 'assistant' && m.weight !== 0 && (m.content.trim() !== '' || m.tool_calls)))
    return problem(field, `has no assistant turn${messages.some((m) => m.weight === 0) ? ' with a weight above 0' : ''}, so there is nothing to learn.`)
  const tools = typeof extras.tools === 'string' ? parsed(extras.tools) : extras.tools
  return { line, kind: 'chat', messages, ...(Array.isArray(tools) && tools.length > 0 && { tools: tools as unknown[] }) }
}

/** Two speakers with names of their own: the first asks, the second answers. */
function speakers(items: readonly unknown[]): readonly string[] {
  const found = new Set<string>()
  for (const item of items) {
    const keys = turnKeys(item)
    if (keys?.role === undefined || keys.role === 'role' || keys.role === 'from') return []
    found.add(String((item as Record<string, unknown>)[keys.role]).toLowerCase())
  }
  return found.size === 2 && [...found].some((name) => SPEAKERS[name] === undefined) ? [...found] : []
}

/** The turn, or what is wrong with it. */
function readTurn(item: Record<string, unknown>, keys: Keys, path: string, index: number, names: readonly string[]): Message | string {
  const given = keys.role === undefined ? (index % 2 === 0 ? 'user' : 'assistant') : item[keys.role]
  if (typeof given !== 'string' && typeof given !== 'number') return `${path}.${keys.role} is missing.`
  const spoken = String(given).toLowerCase()
  const isRole = keys.role === 'role' || keys.role === 'from'
  const known = names.length > 0 ? (names.indexOf(spoken) === 0 ? 'user' : 'assistant') : (isRole ? ROLES : SPEAKERS)[spoken]
  if (known === undefined) return `${path}.${keys.role} is ${JSON.stringify(given)}; known ones are system, user, assistant and tool.`
  const calls = known === 'assistant' ? callsOf(item) : undefined
  const raw = item[keys.content]
  const content = contentOf(raw) ?? (calls && (raw === null || raw === undefined) ? '' : undefined)
  if (content === undefined) return `${path}.${keys.content} ${raw === undefined || raw === null ? 'is missing.' : 'must be text.'}`
  if (known === CALL) {
    // A call that is not written as one stays what the assistant says.
    const call = callOf(parsed(content))
    return call ? { role: 'assistant', content: '', tool_calls: [call] } : { role: 'assistant', content }
  }
  const { tool_call_id: id, name, weight } = item
  return {
    role: known,
    content,
    ...(calls && { tool_calls: calls }),
    ...(known === 'assistant' && weight === 0 && { weight }),
    ...(known === 'tool' && typeof id === 'string' && { tool_call_id: id }),
    ...(known === 'tool' && typeof name === 'string' && { name }),
  }
}

function callsOf(item: Record<string, unknown>): readonly ToolCall[] | undefined {
  const list = Array.isArray(item['tool_calls']) ? (item['tool_calls'] as unknown[]) : isRecord(item['function_call']) ? [item['function_call']] : []
  const calls = list.map(callOf).filter((c) => c !== undefined)
  return calls.length > 0 ? calls : undefined
}

function callOf(given: unknown): ToolCall | undefined {
  if (!isRecord(given)) return undefined
  const inner = isRecord(given['function']) ? given['function'] : given
  const { name, arguments: args } = inner
  if (typeof name !== 'string') return undefined
  const { id } = given
  // Templates write arguments as JSON themselves, so they get them as values.
  return { ...(typeof id === 'string' && { id }), type: 'function', function: { name, arguments: typeof args === 'string' ? (parsed(args) ?? args) : (args ?? {}) } }
}

function contentOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return undefined
  const parts = (value as unknown[]).map((p) =>
    isRecord(p) && p['type'] === 'text' && typeof p['text'] === 'string' ? p['text'] : undefined,
  )
  return parts.every((p) => p !== undefined) ? parts.join('') : undefined
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return nestsDeeper(value) ? undefined : value
  } catch {
    return undefined
  }
}
