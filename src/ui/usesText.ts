// The adapters of an answer in words: “Pirate × 0.5 + Desk”, or the base.
import type { AdapterInfo, AdapterUse } from '../protocol/adapters.ts'
import { nameOf } from '../store/adapterNames.ts'
import { formatSmall } from './format.ts'
import { say } from './words/language.ts'

export function usesText(uses: readonly AdapterUse[], adapters: readonly AdapterInfo[] | undefined): string {
  if (uses.length === 0) return say().shelf.base
  return uses.map(({ id, weight }) => nameOf(adapters, id) + (weight === 1 ? '' : ` × ${formatSmall(weight)}`)).join(' + ')
}
