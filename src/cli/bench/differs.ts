// Two libraries' answers to one question: no time is quoted of a wrong one.

/** What is wrong where an entry differs by more than `tolerance` of the largest; undefined where none does. */
export function differs(given: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): string | undefined {
  if (given.length !== expected.length) return `${given.length} numbers, expected ${expected.length}`
  let largest = 0
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]))
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(given[i] - expected[i]) <= tolerance * largest)) return `${given[i]} at ${i}, expected ${expected[i]}`
  }
  return undefined
}
