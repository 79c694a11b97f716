// Processor time of a program and everything it started, from what Linux tells about processes; 0 elsewhere.
import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second in /proc, fixed for programs since Linux 2.6. */
const TICKS = 100

interface Process {
  readonly parent: number
  readonly ticks: number
}

/** @param mark text in the command line of the program's first process */
export function processMilliseconds(mark: string): number {
  const all = new Map<number, Process>()
  const tree = new Set<number>()
  for (const name of listed()) {
    const found = read(name)
    if (!found) continue
    all.set(Number(name), found.process)
    if (found.command.includes(mark)) tree.add(Number(name))
  }
  const belongs = (id: number): boolean => tree.has(id) || (all.has(id) && belongs(all.get(id)!.parent))
  let ticks = 0
  for (const [id, process] of all) if (belongs(id)) ticks += process.ticks
  return (1000 * ticks) / TICKS
}

function listed(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

function read(id: string): { process: Process; command: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8')
    // The name, in brackets, may hold anything; fields are counted behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { process: { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }, command: readFileSync(`/proc/${id}/cmdline`, 'utf8') }
  } catch {
    // It ended meanwhile.
    return undefined
  }
}
