// Hundreds of events per second become at most ten store updates, in order and without loss.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { batch } from './batch.ts'

describe('batch', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('hands on everything, at most ten times a second', () => {
    const taken: number[][] = []
    const events = batch<number>((items) => void taken.push([...items]))
    for (let i = 0; i < 500; i++) {
      events.add(i)
      vi.advanceTimersByTime(2)
    }
    vi.advanceTimersByTime(100)
    expect(taken.length).toBeLessThanOrEqual(11)
    expect(taken.flat()).toEqual(Array.from({ length: 500 }, (_, i) => i))
  })

  it('flushes at once when told, and then nothing twice', () => {
    const taken: number[] = []
    const events = batch<number>((items) => void taken.push(...items))
    events.add(1)
    events.flush()
    expect(taken).toEqual([1])
    vi.advanceTimersByTime(500)
    events.flush()
    expect(taken).toEqual([1])
  })
})
