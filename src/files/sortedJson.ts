// JSON with indent 2 and keys sorted at every depth, as PEFT writes its configurations: equal values, equal bytes.
import { compareUtf8 } from '../lib/bytes.ts'
import { isRecord } from '../protocol/record.ts'

export function sortedJson(value: unknown): string {
  return JSON.stringify(sorted(value), null, 2)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => compareUtf8(a, b))
      .map(([k, v]) => [k, sorted(v)]),
  )
}
