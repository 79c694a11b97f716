// A prompt to start from, taken from the data: the first question in it, whatever its columns are called.
import type { AppState } from '../store/appState.ts'

const COLUMNS = ['prompt', 'instruction', 'question', 'input', 'text']

export function examplePrompt(s: AppState): string {
  const asked = s.run.after?.answers[0] ?? s.run.before?.answers[0]
  const row = s.dataset.value?.head[0]
  if (asked) return asked.prompt
  if (!row) return ''
  const column = COLUMNS.find((name) => row[name] !== undefined)
  return column === undefined ? firstUserTurn(row['messages'] ?? row['conversations'] ?? '') : (row[column] ?? '')
}

/** The preview shows conversations as their JSON text, which may be cut off. */
function firstUserTurn(text: string): string {
  try {
    const turns: unknown = JSON.parse(text)
    const user: unknown = Array.isArray(turns) ? turns.find(isFromUser) : undefined
    return isFromUser(user) ? String(user['content'] ?? user['value'] ?? '') : ''
  } catch {
    return ''
  }
}

const isFromUser = (turn: unknown): turn is Readonly<Record<string, unknown>> =>
  typeof turn === 'object' && turn !== null && ['user', 'human'].some((name) => Object.values(turn).includes(name))
