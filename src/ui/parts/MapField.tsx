// A number for each of some names: a row a name, names suggested from the model's layers. A row without a name is not
// part of the value yet.
import { useId, useState } from 'react'
import { NumberField } from './NumberField.tsx'
import { say } from '../words/language.ts'

interface Props {
  id: string
  label: string
  value: unknown
  suggestions: readonly string[]
  describedBy: string
  isWrong: boolean
  onChange: (value: Readonly<Record<string, number>>) => void
}

interface Row {
  readonly name: string
  readonly number: number
}

const rowsOf = (value: unknown): readonly Row[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).map(([name, number]) => ({ name, number: typeof number === 'number' ? number : Number.NaN }))
    : []

const valueOf = (rows: readonly Row[]): Readonly<Record<string, number>> =>
  Object.fromEntries(rows.filter((row) => row.name.trim() !== '').map((row) => [row.name.trim(), row.number]))

export function MapField({ id, label, value, suggestions, describedBy, isWrong, onChange }: Props) {
  const list = useId()
  const w = say().forms
  const [drafts, setDrafts] = useState<readonly Row[]>()
  // Rows that are being typed stand as long as they say the same as the value; an opened recipe replaces them.
  const rows = drafts && JSON.stringify(valueOf(drafts)) === JSON.stringify(value) ? drafts : rowsOf(value)
  const set = (next: readonly Row[]): void => {
    setDrafts(next)
    onChange(valueOf(next))
  }
  const change = (at: number, part: Partial<Row>): void => set(rows.map((row, i) => (i === at ? { ...row, ...part } : row)))
  return (
    <div role="group" aria-labelledby={`${id}-label`} aria-describedby={describedBy}>
      <span className="option-label" id={`${id}-label`}>
        {label}
      </span>
      {rows.map((row, i) => (
        <div key={i} className="map-row">
          <input
            type="text"
            list={list}
            autoComplete="off"
            aria-label={w.nameOf(label, i + 1)}
            placeholder={w.module}
            value={row.name}
            onChange={(e) => change(i, { name: e.target.value })}
          />
          <NumberField
            aria-label={w.numberOf(label, row.name || w.row(i + 1))}
            aria-invalid={isWrong && !Number.isFinite(row.number)}
            value={row.number}
            onChange={(number) => change(i, { number })}
          />
          <button
            type="button"
            className="quiet"
            aria-label={w.removeFrom(row.name || w.row(i + 1), label)}
            onClick={() => set(rows.filter((_, at) => at !== i))}
          >
            {w.remove}
          </button>
        </div>
      ))}
      <datalist id={list}>
        {suggestions
          .filter((name) => !rows.some((row) => row.name === name))
          .map((name) => (
            <option key={name} value={name} />
          ))}
      </datalist>
      <button type="button" className="map-add" aria-label={w.addTo(label)} onClick={() => set([...rows, { name: '', number: rows.at(-1)?.number ?? 1 }])}>
        {w.add}
      </button>
    </div>
  )
}
