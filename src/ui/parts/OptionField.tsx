// One knob: label, control for its kind, unit, help line and, when the value is wrong, one sentence that says why.
import { useId } from 'react'
import { checkOption, type OptionSpec, type OptionValue } from '../../protocol/options.ts'
import { ListField } from './ListField.tsx'
import { NumberField } from './NumberField.tsx'

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
  const problem = found && Number.isNaN(value) ? `${spec.label} must be a number.` : found
  const unit = spec.kind === 'number' ? spec.unit : undefined
  const describedBy = [unit && `${id}-unit`, `${id}-help`, problem && `${id}-problem`].filter(Boolean).join(' ')
  const wiring = { id, name, 'aria-describedby': describedBy, 'aria-invalid': problem !== undefined }
  const notes = (
    <>
      <p className="option-help" id={`${id}-help`}>
        {spec.help}
      </p>
      {problem && (
        <p className="option-problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </>
  )
  if (spec.kind === 'boolean')
    return (
      <div>
        <label className="option-check" htmlFor={id}>
          <input {...wiring} type="checkbox" checked={value === true} onChange={(e) => onChange(e.target.checked)} />
          {spec.label}
        </label>
        {notes}
      </div>
    )
  if (spec.kind === 'list')
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
  return (
    <div>
      <div className="option-label">
        <label htmlFor={id}>{spec.label}</label>
        {unit && (
          <span className="option-unit" id={`${id}-unit`}>
            {unit}
          </span>
        )}
      </div>
      {spec.kind === 'number' ? (
        <NumberField {...wiring} value={typeof value === 'number' ? value : Number.NaN} onChange={onChange} />
      ) : spec.kind === 'text' ? (
        <input {...wiring} type="text" value={String(value)} onChange={(e) => onChange(e.target.value)} />
      ) : (
        <select {...wiring} value={String(value)} onChange={(e) => onChange(e.target.value)}>
          {spec.choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
      {notes}
    </div>
  )
}
