// A list of numbers typed with commas; “4-7” stands for 4, 5, 6, 7. What is unreadable reports NaN, in its place.
import { useState } from 'react'
import { parseInput } from '../format.ts'
import { say } from '../words/language.ts'

/** A longer stretch is a slip of the finger. */
const LONGEST_STRETCH = 10_000

interface Props {
  id: string
  name: string
  value: unknown
  'aria-describedby': string
  'aria-invalid': boolean
  onChange: (value: readonly number[]) => void
}

export function NumbersField({ value, onChange, ...rest }: Props) {
  const [draft, setDraft] = useState<string>()
  return (
    <input
      {...rest}
      type="text"
      autoComplete="off"
      placeholder={say().forms.numbers}
      value={draft ?? formatNumbers(value)}
      onChange={(e) => {
        setDraft(e.target.value)
        onChange(parseNumbers(e.target.value))
      }}
      onBlur={() => setDraft(undefined)}
    />
  )
}

export function parseNumbers(text: string): readonly number[] {
  return text
    .split(/[,;\s]+/)
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [, from, to] = /^(\d+)[-–](\d+)$/.exec(part) ?? []
      if (from === undefined || to === undefined) return [parseInput(part)]
      const length = Number(to) - Number(from) + 1
      return length > 0 && length <= LONGEST_STRETCH ? Array.from({ length }, (_, i) => Number(from) + i) : [Number.NaN]
    })
}

/** Neighbours in rising order are drawn together, as they may be typed. */
export function formatNumbers(value: unknown): string {
  const numbers: readonly unknown[] = Array.isArray(value) ? value : []
  const stretches: { from: unknown; to: unknown }[] = []
  for (const n of numbers) {
    const last = stretches.at(-1)
    if (last && Number.isInteger(n) && typeof last.to === 'number' && n === last.to + 1) last.to = n
    else stretches.push({ from: n, to: n })
  }
  const written = (n: unknown): string => (Number.isNaN(n) ? '' : String(n))
  return stretches
    .map(({ from, to }) => (from === to ? written(from) : Number(to) === Number(from) + 1 ? `${written(from)}, ${written(to)}` : `${written(from)}-${written(to)}`))
    .join(', ')
}
