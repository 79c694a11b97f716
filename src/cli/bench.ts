// `npm run bench -- [--dawn] [--software] [--only NAMES] [--json FILE]`: how fast this machine's adapter trains, in headless
// Chromium or over Dawn, and other WebGPU libraries beside it in the same run. Prints tables; --json keeps every number.
import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { commit, machineFacts, peerVersions } from './bench/machineFacts.ts'
import { readOptions } from './bench/options.ts'
import type { Report } from './bench/report.ts'
import { ceilingTable, matmulTable, plainText, stepTable } from './bench/tables.ts'

export async function main(argv: string[]): Promise<number> {
  const options = readOptions(argv)
  const say = (text: string): void => console.error(text)
  const [before] = loadavg()
  const { measureInDawn } = await import('./bench/inDawn.ts')
  const { adapter, host, findings } = await measureInDawn(options, say)
  const report: Report = {
    made: {
      date: new Date().toISOString(), commit: commit(), machine: machineFacts(), host, adapter, peers: peerVersions(options.peers), rounds: options.rounds,
      load: [before, loadavg()[0]],
    },
    ...findings,
  }
  console.log(`${adapter.vendor} ${adapter.architecture} ${adapter.description} · ${host} · ${report.made.machine.processor}, ${report.made.machine.cores} cores · ${report.made.commit}`)
  const tables = [
    ...(report.ceiling ? [ceilingTable(report.ceiling)] : []),
    ...report.steps.map(stepTable),
    ...(report.matmul ? [matmulTable(report.matmul, report.ceiling)] : []),
  ]
  for (const table of tables) console.log(`\n${plainText(table)}`)
  for (const line of report.leftOut) console.log(`\nLeft out: ${line}`)
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 1)}\n`)
  return 0
}
