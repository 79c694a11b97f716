// The README's performance tables, from a report's JSON.
import { Fault } from '../../protocol/failure.ts'
import { madeLine } from './madeLine.ts'
import type { Report } from './report.ts'
import { markdown, tablesOf } from './tables.ts'

const BEGIN = '<!-- bench: written by npm run bench -- --readme FILE.json -->'
const END = '<!-- bench end -->'

/** @throws Fault where the text has no place for the tables */
export function intoReadme(text: string, { made, ...findings }: Report): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (from < 0 || to < from) throw new Fault('internal', `README.md has no place for the tables: ${BEGIN} and ${END}.`, 'Put both lines where the tables should stand.')
  const left = findings.leftOut.map((line) => `Left out: ${line}`)
  const parts = [madeLine(made), ...tablesOf(findings, made.machine.cores).map(markdown), ...left]
  return `${text.slice(0, from)}${BEGIN}\n\n${parts.join('\n\n')}\n\n${text.slice(to)}`
}
