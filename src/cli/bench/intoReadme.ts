// The README's performance tables, from the JSON of reports: what people ask first, then all of it folded away.
import { betweenMarks } from '../betweenMarks.ts'
import { madeLine } from './madeLine.ts'
import { ratioTable } from './ratioTable.ts'
import type { Report } from './report.ts'
import { markdown, tablesOf } from './tables.ts'

const BEGIN = '<!-- bench: written by npm run bench -- --readme FILE.json,FILE.json -->'
const END = '<!-- bench end -->'

/** @throws Fault where the text has no place for the tables */
export function intoReadme(text: string, reports: readonly Report[]): string {
  return betweenMarks(text, BEGIN, END, `${reports.flatMap(partsOf).join('\n\n')}\n`)
}

function partsOf({ made, ...findings }: Report): string[] {
  const ratios = ratioTable(findings)
  const left = findings.leftOut.map((line) => `Left out: ${line}`)
  return [
    madeLine(made),
    ...(ratios ? [markdown(ratios)] : []),
    '<details><summary>Every number of this run</summary>',
    ...tablesOf(findings, made.machine.cores).map(markdown),
    ...left,
    '</details>',
  ]
}
