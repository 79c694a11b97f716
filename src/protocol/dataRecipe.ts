// What a recipe says of its data beyond the file: which column is what, which rows are left out, who is held out, and what
// the model is told before every row. Kept in the recipe, so that a run is repeated from it.
import { isRecord, type JsonObject } from './record.ts'

/** Why a row was left out, where a person can do something about it. */
export type ProblemKind = 'syntax' | 'columns' | 'quotes' | 'missing' | 'empty' | 'no-room'

export const ROLES = ['text', 'prompt', 'input', 'completion', 'label', 'words', 'system', 'messages', 'ignore'] as const
export type ColumnRole = (typeof ROLES)[number]

/** What columns mean, where their names do not say it. */
export interface Mapping {
  /** Column → role; a column that is not named is ignored. */
  readonly columns: Readonly<Record<string, ColumnRole>>
  /** Names of labels that are numbers from 0. */
  readonly labels?: readonly string[]
  /** Whether the first row of a table names its columns; unsaid: as it looks. */
  readonly header?: boolean
}

const DROPS = ['duplicates', 'leaks', 'too-long'] as const
/** `duplicates`: rows that say what an earlier one says. `leaks`: training rows that are also held out or asked. `too-long`: rows that would be cut. */
export type Drop = (typeof DROPS)[number]

export interface DataRecipe {
  readonly mapping?: Mapping
  /** `plain`: quotes in a table are characters like any other. */
  readonly quotes?: 'plain'
  /** A file whose rows are held out instead of a share of the data's own. */
  readonly validationFile?: string
  /** Draws the rows that are held out; unsaid: the recipe's seed. */
  readonly splitSeed?: number
  /** Said before every training row that has no system turn of its own. */
  readonly systemPrompt?: string
  readonly drop?: readonly Drop[]
  /** Where a row that is too long loses tokens: at its end, or at the start of what is asked. */
  readonly cut?: 'end' | 'start'
  /** `repeat`: training rows of rare labels come again until all labels weigh alike. */
  readonly balance?: 'repeat'
}
export const DATA_ENTRIES = ['mapping', 'quotes', 'validationFile', 'splitSeed', 'systemPrompt', 'drop', 'cut', 'balance'] as const satisfies readonly (keyof DataRecipe)[]

/** Every problem of these entries, as sentences. */
export function dataProblems(data: JsonObject): string[] {
  const problems: string[] = []
  const { mapping, quotes, validationFile, splitSeed, systemPrompt, drop, cut, balance } = data
  const found = (value: unknown): string => JSON.stringify(value)
  if (mapping !== undefined) problems.push(...mappingProblems(mapping))
  if (quotes !== undefined && quotes !== 'plain') problems.push(`data.quotes must be plain, found ${found(quotes)}.`)
  if (validationFile !== undefined && typeof validationFile !== 'string') problems.push(`data.validationFile must be a file’s name, found ${found(validationFile)}.`)
  if (splitSeed !== undefined && !(Number.isInteger(splitSeed) && Number(splitSeed) >= 0)) problems.push(`data.splitSeed must be a whole number from 0, found ${found(splitSeed)}.`)
  if (systemPrompt !== undefined && typeof systemPrompt !== 'string') problems.push(`data.systemPrompt must be text, found ${found(systemPrompt)}.`)
  if (drop !== undefined && !(Array.isArray(drop) && drop.every((d) => (DROPS as readonly unknown[]).includes(d)))) problems.push(`data.drop must be a list of ${DROPS.join(', ')}; found ${found(drop)}.`)
  if (cut !== undefined && cut !== 'end' && cut !== 'start') problems.push(`data.cut must be end or start, found ${found(cut)}.`)
  if (balance !== undefined && balance !== 'repeat') problems.push(`data.balance must be repeat, found ${found(balance)}.`)
  return problems
}

/** Every problem of a mapping; with the file's columns, those it does not have too. */
export function mappingProblems(given: unknown, known?: readonly string[]): string[] {
  if (!isRecord(given) || !isRecord(given['columns'])) return ['The mapping must say what each column is.']
  const { columns, labels, header } = given
  const problems: string[] = []
  const roles: unknown[] = []
  for (const [column, role] of Object.entries(columns as JsonObject)) {
    roles.push(role)
    if (!(ROLES as readonly unknown[]).includes(role)) problems.push(`The role of ${column} must be one of ${ROLES.join(', ')}; found ${JSON.stringify(role)}.`)
    else if (known && role !== 'ignore' && !known.includes(column)) problems.push(`There is no column ${column}; there are ${known.slice(0, 12).join(', ')}.`)
  }
  const count = (role: ColumnRole): number => roles.filter((r) => r === role).length
  for (const role of ['text', 'completion', 'label', 'words', 'system', 'messages'] as const) if (count(role) > 1) problems.push(`Only one column can be the ${role}.`)
  const answers = count('completion') + count('label')
  if (count('messages') > 0) {
    if (answers + count('text') + count('prompt') + count('input') + count('words') > 0) problems.push('A column of messages already holds both sides, so no other column can.')
  } else if (count('words') > 0) {
    if (count('label') !== 1 || answers > 1 || count('text') + count('prompt') + count('input') > 0) problems.push('A column of words goes with one column of labels, and with no other text.')
  } else if (answers > 1) problems.push('Rows have either a completion or a label.')
  else if (answers === 1) {
    if (count('text') + count('prompt') + count('input') === 0) problems.push('Choose the column that is asked: a prompt or a text.')
  } else if (count('prompt') + count('input') > 0) problems.push('Choose the column that is answered: a completion or a label.')
  else if (count('text') === 0) problems.push('Choose at least one column: a text, messages, or a prompt and a completion.')
  if (labels !== undefined && !(Array.isArray(labels) && labels.every((l) => typeof l === 'string') && new Set(labels).size === labels.length)) problems.push('Names of labels must be a list of different texts.')
  if (header !== undefined && typeof header !== 'boolean') problems.push('The mapping’s header must be true or false.')
  return problems
}
