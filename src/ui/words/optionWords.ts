// An option's words in the language that is spoken. English comes with the declaration; other languages bring label and help
// by the option's name, with the form's name before it where two forms mean different things. What they lack stays English.
import type { OptionSpec } from '../../protocol/options.ts'

export interface OptionText {
  readonly label: string
  readonly help: string
  readonly unit?: string
  /** By value. */
  readonly choices?: Readonly<Record<string, string>>
}
export type OptionWords = Readonly<Record<string, OptionText>>

/** The declaration as it is shown: what is stored and checked stays the same. */
export function spokenSpec(options: OptionWords, form: string, name: string, spec: OptionSpec): OptionSpec {
  const text = options[`${form}.${name}`] ?? options[name]
  if (!text) return spec
  const { label, help, unit, choices } = text
  if (spec.kind === 'choice') return { ...spec, label, help, choices: spec.choices.map(({ value, label: english }) => ({ value, label: choices?.[value] ?? english })) }
  return spec.kind === 'number' && unit !== undefined ? { ...spec, label, help, unit } : { ...spec, label, help }
}
