// Tells screen readers how the run goes, at most every ten seconds: a new sentence per step would drown everything else. That it rests is
// told at once.
import { useEffect, useRef, useState } from 'react'

const QUIET_MS = 10_000

export function LiveStatus({ text, isResting }: { text: string; isResting: boolean }) {
  const [said, setSaid] = useState('')
  const latest = useRef(text)
  const lastAt = useRef(0)
  useEffect(() => {
    latest.current = text
    const wait = isResting ? 0 : Math.max(0, lastAt.current + QUIET_MS - Date.now())
    const timer = setTimeout(() => {
      lastAt.current = Date.now()
      setSaid(latest.current)
    }, wait)
    return () => clearTimeout(timer)
  }, [text, isResting])
  return (
    <p className="unseen" role="status">
      {said}
    </p>
  )
}
