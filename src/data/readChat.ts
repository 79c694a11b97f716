// A conversation from a row: OpenAI's `messages` ({role, content}) and ShareGPT's `conversations` ({from, value}),
// whichever names each message uses. Content given in parts is joined if all parts are text.
import { isRecord } from '../lib/record.ts'
import type { RowProblem } from '../protocol/studio.ts'
import type { Message, Row } from './row.ts'

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
}

export function readChat(line: number, field: string, given: unknown): Row | RowProblem {
  const problem = (path: string, reason: string): RowProblem => ({ line, field: path, reason: `${path} ${reason}` })
  let value = given
  // A CSV cell, or a field that was serialised twice.
  if (typeof value === 'string')
    try {
      value = JSON.parse(value)
    } catch {
      return problem(field, 'is not a list of messages.')
    }
  if (value === undefined || value === null) return problem(field, 'is missing.')
  if (!Array.isArray(value)) return problem(field, 'must be a list of messages.')
  if (value.length === 0) return problem(field, 'is empty.')
  const messages: Message[] = []
  for (const [i, item] of (value as unknown[]).entries()) {
    const path = `${field}[${i}]`
    if (!isRecord(item)) return problem(path, 'must be an object with role and content.')
    const [roleName, contentName] = 'from' in item && !('role' in item) ? ['from', 'value'] : ['role', 'content']
    const role = item[roleName]
    if (typeof role !== 'string') return problem(`${path}.${roleName}`, 'is missing.')
    const known = ROLES[role.toLowerCase()]
    if (known === undefined)
      return problem(`${path}.${roleName}`, `is ${JSON.stringify(role)}; known ones are system, user, assistant and tool.`)
    const content = contentOf(item[contentName])
    if (content === undefined)
      return problem(
        `${path}.${contentName}`,
        item[contentName] === undefined || item[contentName] === null ? 'is missing.' : 'must be text.',
      )
    messages.push({ role: known, content })
  }
  if (!messages.some((m) => m.role === 'assistant' && m.content.trim() !== ''))
    return problem(field, 'has no assistant turn, so there is nothing to learn.')
  return { line, kind: 'chat', messages }
}

function contentOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return undefined
  const parts = (value as unknown[]).map((p) =>
    isRecord(p) && p['type'] === 'text' && typeof p['text'] === 'string' ? p['text'] : undefined,
  )
  return parts.every((p) => p !== undefined) ? parts.join('') : undefined
}
