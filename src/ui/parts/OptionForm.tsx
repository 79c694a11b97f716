// The one form: fields for any declaration of options, the advanced ones behind “All options”.
import type { OptionSpec, OptionSpecs, OptionValue } from '../../protocol/options.ts'
import { OptionField } from './OptionField.tsx'
import './OptionForm.css'

interface Props {
  /** Names the group for assistive technology. */
  label: string
  specs: OptionSpecs
  values: Readonly<Record<string, unknown>>
  suggestions?: readonly string[]
  disabled?: boolean
  onChange: (name: string, value: OptionValue) => void
}

export function OptionForm({ label, specs, values, suggestions, disabled = false, onChange }: Props) {
  const entries = Object.entries(specs)
  const advanced = entries.filter(([, spec]) => spec.advanced)
  const fields = (list: readonly (readonly [string, OptionSpec])[]) => (
    <div className="option-form">
      {list.map(([name, spec]) => (
        <OptionField
          key={name}
          name={name}
          spec={spec}
          value={values[name]}
          {...(suggestions ? { suggestions } : {})}
          onChange={(value) => onChange(name, value)}
        />
      ))}
    </div>
  )
  return (
    <fieldset disabled={disabled} className="stack">
      <legend className="unseen">{label}</legend>
      {fields(entries.filter(([, spec]) => !spec.advanced))}
      {advanced.length > 0 && (
        <details>
          <summary>
            All options<span className="unseen"> of {label}</span>
          </summary>
          {fields(advanced)}
        </details>
      )}
    </fieldset>
  )
}
