// Processor time of the thread that asks, from what Linux tells about it; undefined elsewhere.
import { readFileSync } from 'node:fs'

export function threadMilliseconds(): number | undefined {
  try {
    // Nanoseconds on a processor, nanoseconds in wait, and how often.
    const ns = Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0])
    return Number.isFinite(ns) ? ns / 1e6 : undefined
  } catch {
    return undefined
  }
}
