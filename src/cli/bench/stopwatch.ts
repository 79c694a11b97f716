// Times GPU work from outside: submit, wait until it is done, look at the clock.
import { replay } from '../../engine/replay.ts'
import type { Command } from '../../engine/record.ts'

/** Milliseconds until the commands, `rounds` times in a row, are done. */
export async function timeCommands(device: GPUDevice, commands: readonly Command[], rounds = 1): Promise<number> {
  const all = Array.from({ length: rounds }, () => commands).flat()
  const began = performance.now()
  replay(device, all)
  await device.queue.onSubmittedWorkDone()
  return performance.now() - began
}

/** Rows of text cells, each column as wide as its widest; the first is flush left. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i].length)))
  for (const row of [head, ...rows]) console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
}
