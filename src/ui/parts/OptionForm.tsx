// The one form: fields for any declaration of options. The advanced ones wait behind disclosures, one for each heading
// that the declaration names; a disclosure says how many of its options are not at their defaults.
import { checkOption, type OptionSpec, type OptionSpecs, type OptionValue } from '../../protocol/options.ts'
import { say, told, useSpoken } from '../words/language.ts'
import { spokenSpec } from '../words/optionWords.ts'
import { OptionField } from './OptionField.tsx'
import './OptionForm.css'

interface Props {
  /** Names the group for assistive technology, in English; the words know it in other languages. */
  label: string
  specs: OptionSpecs
  values: Readonly<Record<string, unknown>>
  suggestions?: readonly string[]
  disabled?: boolean
  onChange: (name: string, value: OptionValue) => void
}

type Entry = readonly [name: string, spec: OptionSpec]

export function OptionForm({ label, specs, values, suggestions, disabled = false, onChange }: Props) {
  const { groups } = useSpoken()
  const entries = Object.entries(specs).map(([name, spec]): Entry => [name, spokenSpec(label, name, spec)])
  const fields = (list: readonly Entry[]) => (
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
  const found = disclosures(entries)
  const rest = found.length > 1 ? say().forms.furtherOptions : say().forms.allOptions
  const name = (say().forms.names as Readonly<Record<string, string>>)[label] ?? label
  return (
    <fieldset disabled={disabled} className="stack">
      <legend className="unseen">{name}</legend>
      {fields(entries.filter(([, spec]) => !spec.advanced))}
      <div className="option-mores">
        {found.map(({ heading, list }) => (
          <details key={heading} className="option-more">
            <summary>
              {heading === '' ? rest : (groups[heading] ?? told(heading))}
              <span className="unseen">{say().forms.ofForm(name)}</span>
              <Changed list={list} values={values} />
            </summary>
            {fields(list)}
          </details>
        ))}
      </div>
    </fieldset>
  )
}

/** The advanced options by heading, in the order in which the declaration first names each. */
function disclosures(entries: readonly Entry[]): readonly { readonly heading: string; readonly list: readonly Entry[] }[] {
  const advanced = entries.filter(([, spec]) => spec.advanced)
  const named = [...new Set(advanced.map(([, spec]) => spec.group))].filter((group) => group !== undefined)
  const rest = { heading: '', list: advanced.filter(([, spec]) => spec.group === undefined) }
  return [...named.map((heading) => ({ heading, list: advanced.filter(([, spec]) => spec.group === heading) })), rest].filter(
    ({ list }) => list.length > 0,
  )
}

function Changed({ list, values }: { list: readonly Entry[]; values: Props['values'] }) {
  const wrong = list.filter(([name, spec]) => values[name] !== undefined && checkOption(name, spec, values[name]) !== undefined).length
  const changed = list.filter(([name, spec]) => values[name] !== undefined && !isSame(values[name], spec.default)).length
  if (wrong > 0) return <span className="option-wrong">{say().forms.toCorrect(wrong)}</span>
  return changed > 0 ? <span className="option-changed">{say().forms.changed(changed)}</span> : null
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
