// One line that says where, when and on what a report was made.
import type { Made } from './report.ts'

export function madeLine({ date, commit, machine, host, adapter, peers, rounds, load }: Made): string {
  const { vendor, architecture, description, subgroups: [least, most] } = adapter
  const parts = [
    [vendor, architecture, description].filter((x) => x !== '').join(' ') + (most > 0 ? `, subgroups of ${least === most ? least : `${least}–${most}`}` : ''),
    host,
    `${machine.processor}, ${machine.cores} cores, ${Math.round(machine.memory / 2 ** 30)} GiB, ${machine.system}`,
    `commit ${commit}, ${date.slice(0, 10)}`,
    ...(Object.keys(peers).length > 0 ? [Object.entries(peers).map(([name, version]) => `${name} ${version}`).join(', ')] : []),
    `medians of ${rounds} interleaved rounds (min–max), load ${load.map((x) => x.toFixed(1)).join(' → ')}`,
  ]
  return parts.join(' · ')
}
