// What is wrong with a text that is no JSON, as far as the browser says where: each has words of its own for it, so only the place is taken.
import { messageOf } from './failure.ts'

/** One sentence. @param text what was parsed; @param error what the parser threw */
export function notJson(name: string, text: string, error: unknown): string {
  if (text.trim() === '') return `${name} is empty.`
  const said = messageOf(error)
  if (/end of (JSON|the JSON|data)|unterminated/i.test(said)) return `${name} is not valid JSON: it ends too early.`
  const position = /at position (\d+)/.exec(said)?.[1]
  if (position !== undefined) {
    const before = text.slice(0, Number(position)).split('\n')
    return placed(name, before.length, before.at(-1)!.length + 1)
  }
  const place = /line (\d+) column (\d+)/.exec(said)
  return place ? placed(name, Number(place[1]), Number(place[2])) : `${name} is not valid JSON.`
}

const placed = (name: string, line: number, column: number): string => `${name} is not valid JSON: see line ${line}, column ${column}.`
