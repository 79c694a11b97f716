// Parts of README.md that commands write: what stands between two comments.
import { Fault } from '../protocol/failure.ts'

/** @throws Fault where the text has no place for it */
export function betweenMarks(text: string, begin: string, end: string, part: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Fault('internal', `README.md has no place for the tables: ${begin} and ${end}.`, 'Put both lines where the tables should stand.')
  return `${text.slice(0, from)}${begin}\n\n${part}\n${text.slice(to)}`
}
