// Names of labels that are whole numbers, as Hugging Face datasets note them with a table's features: in the schema of a
// Parquet file, or beside the rows that the Hub's viewer gives out.
import { isRecord } from '../protocol/record.ts'

export type ClassNames = ReadonlyMap<string, readonly string[]>

/** Column → names of its numbers, of single labels and of lists of them. Features come by name, or as a list of {name, type}. */
export function classNames(features: unknown): ClassNames {
  const found = new Map<string, readonly string[]>()
  const entries: [string, unknown][] = Array.isArray(features)
    ? (features as unknown[]).flatMap((f): [string, unknown][] => (isRecord(f) && typeof f['name'] === 'string' ? [[f['name'], f['type']]] : []))
    : isRecord(features)
      ? Object.entries(features)
      : []
  for (const [column, feature] of entries) {
    const names = namesIn(feature, 0)
    if (names) found.set(column, names)
  }
  return found
}

function namesIn(feature: unknown, depth: number): readonly string[] | undefined {
  // A list is written as {feature, _type: Sequence or List}, and was written as [feature].
  if (Array.isArray(feature)) return depth < 3 ? namesIn(feature[0], depth + 1) : undefined
  if (!isRecord(feature)) return undefined
  const { names, _type: type } = feature
  if (type === 'ClassLabel') return Array.isArray(names) && names.every((n) => typeof n === 'string') ? names : undefined
  return depth < 3 && 'feature' in feature ? namesIn(feature['feature'], depth + 1) : undefined
}

/** The row with names for its numbers; a number without one stays. */
export function named(row: Readonly<Record<string, unknown>>, names: ClassNames): Readonly<Record<string, unknown>> {
  if (names.size === 0) return row
  const nameOf = (value: unknown, of: readonly string[]): unknown => (typeof value === 'number' ? (of[value] ?? value) : Array.isArray(value) ? (value as unknown[]).map((v) => nameOf(v, of)) : value)
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, names.has(column) ? nameOf(value, names.get(column)!) : value]))
}
