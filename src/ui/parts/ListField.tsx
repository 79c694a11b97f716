// A list of names: one box per suggestion, and one per further name that was typed, such as a layer's whole path. Without
// suggestions it is a text field with commas.
import { useState } from 'react'
import { say } from '../words/language.ts'

interface Props {
  id: string
  label: string
  value: unknown
  suggestions: readonly string[]
  describedBy: string
  onChange: (value: readonly string[]) => void
}

const isName = (v: unknown): v is string => typeof v === 'string'

export function ListField({ id, label, value, suggestions, describedBy, onChange }: Props) {
  const chosen = Array.isArray(value) ? value.filter(isName) : []
  const names = [...new Set([...suggestions, ...chosen])]
  if (suggestions.length === 0) return <PlainList {...{ id, label, chosen, describedBy, onChange }} />
  return (
    <div role="group" aria-labelledby={`${id}-label`} aria-describedby={describedBy}>
      <span className="option-label" id={`${id}-label`}>
        {label}
        <span className="option-unit">
          {say().numbers.of(String(chosen.length), String(names.length))}
        </span>
      </span>
      <div className="chips">
        {names.map((name) => (
          <label key={name} className="chip">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={(e) => onChange(e.target.checked ? [...chosen, name] : chosen.filter((c) => c !== name))}
            />
            {name}
          </label>
        ))}
        <OtherName label={label} onAdd={(name) => onChange([...chosen.filter((c) => c !== name), name])} />
      </div>
    </div>
  )
}

function OtherName({ label, onAdd }: { label: string; onAdd: (name: string) => void }) {
  const [text, setText] = useState('')
  const add = (): void => {
    if (text.trim() !== '') onAdd(text.trim())
    setText('')
  }
  return (
    <input
      type="text"
      className="chip-input"
      autoComplete="off"
      spellCheck={false}
      aria-label={say().forms.another(label)}
      placeholder={say().forms.anotherShort}
      value={text}
      onChange={(e) => setText(e.target.value)}
      onBlur={add}
      onKeyDown={(e) => {
        if (e.key === 'Enter') {
          e.preventDefault()
          add()
        }
      }}
    />
  )
}

interface PlainProps extends Omit<Props, 'value' | 'suggestions'> {
  chosen: readonly string[]
}

function PlainList({ id, label, chosen, describedBy, onChange }: PlainProps) {
  const [draft, setDraft] = useState<string>()
  return (
    <>
      <label className="option-label" htmlFor={id}>
        {label}
        <span className="option-unit">{say().forms.commas}</span>
      </label>
      <input
        id={id}
        type="text"
        aria-describedby={describedBy}
        value={draft ?? chosen.join(', ')}
        onChange={(e) => {
          setDraft(e.target.value)
          onChange(
            e.target.value
              .split(',')
              .map((name) => name.trim())
              .filter((name) => name !== ''),
          )
        }}
        onBlur={() => setDraft(undefined)}
      />
    </>
  )
}
