import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { paced } from './paced.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('reports the first at once, the newest of those that came too fast, and the last', () => {
  const seen: number[] = []
  const { tell } = paced<number>((n) => seen.push(n), 100)
  tell(1)
  tell(2)
  tell(3)
  expect(seen).toEqual([1])
  vi.advanceTimersByTime(100)
  expect(seen).toEqual([1, 3])
  tell(4)
  vi.advanceTimersByTime(99)
  expect(seen).toEqual([1, 3])
  vi.advanceTimersByTime(1)
  expect(seen).toEqual([1, 3, 4])
  vi.advanceTimersByTime(1000)
  tell(5)
  expect(seen).toEqual([1, 3, 4, 5])
})

it('reports what waits when told to, and not again', () => {
  const seen: number[] = []
  const { tell, flush } = paced<number>((n) => seen.push(n), 100)
  tell(1)
  tell(2)
  flush()
  vi.advanceTimersByTime(500)
  expect(seen).toEqual([1, 2])
})

it('does not hold back what is news', () => {
  const seen: string[] = []
  const { tell } = paced<string>((word) => seen.push(word), 100, (word, before) => word[0] !== before[0])
  for (const word of ['a1', 'a2', 'a3', 'b1', 'b2']) tell(word)
  expect(seen).toEqual(['a1', 'b1'])
  vi.advanceTimersByTime(100)
  expect(seen).toEqual(['a1', 'b1', 'b2'])
})
