// Finds commands by words in any order; those that begin with what was typed come first.
import type { Command } from './pageCommands.ts'

const plain = (text: string): string => text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '')

export function search(commands: readonly Command[], query: string): readonly Command[] {
  const wanted = plain(query).split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return commands
  const ranked = commands.flatMap((command) => {
    const label = plain(command.label)
    const all = `${label} ${plain(command.place)} ${command.otherwise ?? ''}`
    if (!wanted.every((word) => all.includes(word))) return []
    const [first] = wanted
    const rank = label.startsWith(first) ? 0 : label.includes(` ${first}`) ? 1 : label.includes(first) ? 2 : 3
    return [{ command, rank }]
  })
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ command }) => command)
}
