// Names that tell adapters apart on the page: two runs of one recipe, or a run and its file loaded again, share a name.
import type { AdapterInfo } from '../protocol/adapters.ts'

const kinds: Record<AdapterInfo['kind'], string> = {
  run: 'trained',
  loaded: 'loaded',
  combined: 'combined',
  compressed: 'compressed',
  emitted: 'made',
}

const known = new WeakMap<readonly AdapterInfo[], ReadonlyMap<string, string>>()

/** By id: the name where it is the only one of its kind, else with what made it, else with a number by age as well. */
export function distinctNames(adapters: readonly AdapterInfo[]): ReadonlyMap<string, string> {
  const had = known.get(adapters)
  if (had) return had
  const names = new Map<string, string>()
  for (const adapter of adapters) {
    const alike = adapters.filter((a) => a.name === adapter.name)
    const ofKind = alike.filter((a) => a.kind === adapter.kind).toSorted((a, b) => a.createdAt - b.createdAt)
    const number = ofKind.length > 1 ? ` ${ofKind.indexOf(adapter) + 1}` : ''
    names.set(adapter.id, alike.length > 1 ? `${adapter.name} (${kinds[adapter.kind]}${number})` : adapter.name)
  }
  known.set(adapters, names)
  return names
}

export const nameOf = (adapters: readonly AdapterInfo[] | undefined, id: string): string =>
  (adapters && distinctNames(adapters).get(id)) ?? id
