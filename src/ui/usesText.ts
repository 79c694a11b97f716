// The adapters of an answer in words: “Pirate × 0.5 + Desk”, or the base.
import type { AdapterInfo, AdapterUse } from '../protocol/adapters.ts'
import { formatSmall } from './format.ts'

export function usesText(uses: readonly AdapterUse[], adapters: readonly AdapterInfo[] | undefined): string {
  if (uses.length === 0) return 'the base'
  const name = (id: string): string => adapters?.find((a) => a.id === id)?.name ?? id
  return uses.map(({ id, weight }) => (weight === 1 ? name(id) : `${name(id)} × ${formatSmall(weight)}`)).join(' + ')
}
