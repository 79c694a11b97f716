// An option's words in the language that is spoken. English comes with the declaration; other languages bring label and help
// by the option's name, and what they do not have stays English.
export interface OptionText {
  readonly label: string
  readonly help: string
  readonly unit?: string
  /** By value. */
  readonly choices?: Readonly<Record<string, string>>
}
/** By the option's name. */
export type OptionWords = Readonly<Record<string, OptionText>>
