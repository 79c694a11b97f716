// A number typed as text, so that “1e-4”, “.5” and half-typed values stand as typed. An unreadable text reports NaN.
import { useState, type InputHTMLAttributes } from 'react'
import { formatInput, parseInput } from '../format.ts'

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange'> {
  value: number
  onChange: (value: number) => void
}

export function NumberField({ value, onChange, ...rest }: Props) {
  const [draft, setDraft] = useState<string>()
  return (
    <input
      {...rest}
      type="text"
      inputMode="decimal"
      autoComplete="off"
      value={draft ?? formatInput(value)}
      onChange={(e) => {
        setDraft(e.target.value)
        onChange(parseInput(e.target.value))
      }}
      onBlur={() => setDraft(undefined)}
    />
  )
}
