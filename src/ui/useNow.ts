// The time, told anew every so often while something on the page depends on it.
import { useEffect, useState } from 'react'

/** Milliseconds since 1970. */
export function useNow(everyMs: number, runs: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!runs) return
    const tell = (): void => setNow(Date.now())
    const [first, timer] = [setTimeout(tell), setInterval(tell, everyMs)]
    return () => {
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [everyMs, runs])
  return now
}
