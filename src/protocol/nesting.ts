// How deeply parsed JSON nests. What people write has a handful of levels; thousands of them overflow the stack of whatever
// walks the value later, so that each door refuses them.

/** Levels that any value from outside may have. */
const MAX_LEVELS = 100

/** Whether lists and objects lie within each other more than `levels` deep. */
export function nestsDeeper(value: unknown, levels = MAX_LEVELS): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels <= 0) return true
  for (const inner of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) if (nestsDeeper(inner, levels - 1)) return true
  return false
}
