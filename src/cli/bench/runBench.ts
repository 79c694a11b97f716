// Measures somewhere, says where and when, prints tables and keeps the numbers.
import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { commit, machineFacts, peerVersions } from './machineFacts.ts'
import { madeLine } from './madeLine.ts'
import type { BenchOptions } from './options.ts'
import type { Measured, Report } from './report.ts'
import { plainText, tablesOf } from './tables.ts'

export type Measure = (options: BenchOptions, say: (text: string) => void) => Promise<Measured>

export async function runBench(options: BenchOptions, measure: Measure): Promise<Report> {
  const [before] = loadavg()
  const { adapter, host, versions, findings } = await measure(options, (text) => console.error(text))
  const machine = machineFacts()
  const report: Report = {
    made: { date: new Date().toISOString(), commit: commit(), machine, host, adapter, peers: { ...peerVersions(options.peers), ...versions }, rounds: options.rounds, load: [before, loadavg()[0]] },
    ...findings,
  }
  console.log(madeLine(report.made))
  for (const table of tablesOf(report, machine.cores)) console.log(`\n${plainText(table)}`)
  for (const line of report.leftOut) console.log(`\nLeft out: ${line}`)
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 1)}\n`)
  return report
}
