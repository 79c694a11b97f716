// The one type and the one test for "a JSON object": not null, not a list.

export type JsonObject = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
