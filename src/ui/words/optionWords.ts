// An option's words in the language that is spoken. English comes with the declaration; other languages bring label and help
// by the option's name, with the form's name before it where two forms mean different things, or by the English text.
import type { OptionSpec } from '../../protocol/options.ts'
import { optionText, told } from './language.ts'

/** The declaration as it is shown: what is stored and checked stays the same. */
export function spokenSpec(form: string, name: string, spec: OptionSpec): OptionSpec {
  const { label, help, unit, choices } = optionText(form, name) ?? { label: told(spec.label), help: told(spec.help) }
  if (spec.kind === 'choice')
    return { ...spec, label, help, choices: spec.choices.map((c) => ({ ...c, label: choices?.[c.value] ?? told(c.label), ...(c.help !== undefined && { help: told(c.help) }) })) }
  if (spec.kind === 'number' && spec.unit !== undefined) return { ...spec, label, help, unit: unit ?? told(spec.unit) }
  return { ...spec, label, help }
}
