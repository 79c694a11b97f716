// The rows of the open dataset, looked through: pages of them, and one as the model reads it.
import { previewTokens } from '../data/examples.ts'
import { prepare, type PrepareOptions } from '../data/prepare.ts'
import { RowBrowser } from '../data/rowBrowser.ts'
import { ChosenRows } from '../data/rows.ts'
import type { Dataset } from '../data/dataset.ts'
import type { RowShelf } from '../protocol/dataRows.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { resultOf } from '../protocol/result.ts'

export interface RowNeeds {
  /** Throws where none is open. */
  open(): Dataset
  options(recipe: Recipe): PrepareOptions
}

export function rowShelf({ open, options }: RowNeeds): RowShelf {
  /** What a search found belongs to the rows it was made on. */
  const browsers = new WeakMap<Dataset['rows'], RowBrowser>()
  const browser = ({ rows }: Dataset): RowBrowser => {
    const found = browsers.get(rows) ?? new RowBrowser(rows)
    browsers.set(rows, found)
    return found
  }
  return {
    dataRows: (from, count, query) => resultOf(() => browser(open()).page(from, count, query)),
    dataRow: (number, recipe) =>
      resultOf(async () => {
        const { rows, ...dataset } = open()
        const made = options(recipe)
        // One row alone is neither held out nor a double of another.
        const { drop: _drop, balance: _balance, ...data } = recipe.data
        const alone = { ...made, recipe: { ...recipe, data: { ...data, validation: 0 } } }
        const { validation: _given, asked: _asked, ...plain } = dataset
        const [example] = prepare({ ...plain, rows: new ChosenRows(rows, [number]) }, alone).train
        return example ? previewTokens(example, made.tokenizer, made.classes?.labels) : []
      }),
  }
}
