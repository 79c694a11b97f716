// Two libraries' answers to one question: no time is quoted of a wrong one.

/** Throws where an entry differs by more than `tolerance` of the largest. */
export function compareResults(what: string, given: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  if (given.length !== expected.length) throw new Error(`${what} has ${given.length} numbers, expected ${expected.length}.`)
  let largest = 0
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]))
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(given[i] - expected[i]) <= tolerance * largest)) throw new Error(`${what} is wrong at ${i}: ${given[i]}, expected ${expected[i]}.`)
  }
}
