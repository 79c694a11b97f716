// Any row of the open dataset, for a person to look through: pages of rows as they are, and one row as the model reads it.
import type { Recipe } from './recipe.ts'
import type { Result } from './result.ts'

/** A token of an example, as it will be trained. */
export interface PreviewToken {
  readonly text: string
  readonly trained: boolean
  readonly special: boolean
  /** The class that is learned at this token. */
  readonly label?: string
}

export interface SeenRow {
  /** From 0, in the order of the file. */
  readonly number: number
  /** Of the file, from 1. */
  readonly line: number
  readonly asked: string
  /** What is learned; of plain text, nothing stands apart. */
  readonly answered: string
}

export interface RowPage {
  readonly rows: readonly SeenRow[]
  /** How many there are, or hold what is looked for. */
  readonly found: number
}

export interface RowShelf {
  /** `from` counts among what is found. `query`: only rows whose text holds it, in upper or lower case. Long texts are cut. */
  dataRows(from: number, count: number, query: string): Promise<Result<RowPage>>
  /** The row of that number as it would be trained on; without one where the row gives no example. */
  dataRow(number: number, recipe: Recipe): Promise<Result<readonly PreviewToken[]>>
}
