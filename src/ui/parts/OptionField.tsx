// One knob: label, control for its kind, unit, help line and, when the value is wrong, one sentence that says why.
import { useId } from 'react'
import { told } from '../words/language.ts'
import { checkOption, type OptionSpec, type OptionValue } from '../../protocol/options.ts'
import { ListField } from './ListField.tsx'
import { MapField } from './MapField.tsx'
import { NumberField } from './NumberField.tsx'
import { NumbersField } from './NumbersField.tsx'

interface Props {
  name: string
  spec: OptionSpec
  value: unknown
  suggestions?: readonly string[]
  onChange: (value: OptionValue) => void
}

export function OptionField({ name, spec, value, suggestions, onChange }: Props) {
  const id = useId()
  const found = checkOption(spec.label, spec, value)
  // An emptied field holds no number; the sentence should not quote the machine's word for that.
  const problem = found && told(found.replace('must be a number, found null.', 'must be a number.'))
  const unit = spec.kind === 'number' ? spec.unit : undefined
  const describedBy = [unit && `${id}-unit`, `${id}-help`, problem && `${id}-problem`].filter(Boolean).join(' ')
  const wiring = { id, name, 'aria-describedby': describedBy, 'aria-invalid': problem !== undefined }
  const notes = (
    <>
      <p className="option-help" id={`${id}-help`}>
        {helpOf(spec, value)}
      </p>
      {problem && (
        <p className="option-problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </>
  )
  const labelled = (control: React.ReactNode, isWide = false) => (
    <div className={isWide ? 'option-wide' : ''}>
      <div className="option-label">
        <label htmlFor={id}>{spec.label}</label>
        {unit && (
          <span className="option-unit" id={`${id}-unit`}>
            {unit}
          </span>
        )}
      </div>
      {control}
      {notes}
    </div>
  )
  switch (spec.kind) {
    case 'boolean':
      return (
        <div>
          <label className="option-check" htmlFor={id}>
            <input {...wiring} type="checkbox" checked={value === true} onChange={(e) => onChange(e.target.checked)} />
            {spec.label}
          </label>
          {notes}
        </div>
      )
    case 'list':
      return (
        <div className="option-wide">
          <ListField
            id={id}
            label={spec.label}
            value={value}
            // The default stays on offer after it was unticked, also where it is no layer's name, such as all-linear.
            suggestions={spec.suggest && suggestions ? [...spec.default, ...suggestions] : []}
            describedBy={describedBy}
            onChange={onChange}
          />
          {notes}
        </div>
      )
    case 'map':
      return (
        <div className="option-wide">
          <MapField
            id={id}
            label={spec.label}
            value={value}
            suggestions={spec.suggest ? (suggestions ?? []) : []}
            describedBy={describedBy}
            isWrong={problem !== undefined}
            onChange={onChange}
          />
          {notes}
        </div>
      )
    case 'numbers':
      return labelled(<NumbersField {...wiring} value={value} onChange={onChange} />)
    case 'number':
      return labelled(<NumberField {...wiring} value={typeof value === 'number' ? value : Number.NaN} onChange={onChange} />)
    case 'text':
      return labelled(<textarea {...wiring} rows={2} value={String(value)} onChange={(e) => onChange(e.target.value)} />, true)
    case 'choice':
      return labelled(
        <select {...wiring} value={String(value)} onChange={(e) => onChange(e.target.value)}>
          {spec.choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>,
      )
    default:
      return spec satisfies never
  }
}

/** What the option does, and what the choice that is made means, where the declaration says so. */
function helpOf(spec: OptionSpec, value: unknown): string {
  const chosen = spec.kind === 'choice' ? spec.choices.find((c) => c.value === value)?.help : undefined
  return chosen === undefined ? spec.help : `${spec.help} ${chosen}`
}
