// A dataset made ready for a recipe: split, shaped, tokenised, masked. What is described to a person and what training reads are
// the same values, so the preview cannot differ from the run.
import type { Recipe } from '../protocol/recipe.ts'
import type { RowProblem } from '../protocol/studio.ts'
import { makeClassExamples } from './classExamples.ts'
import type { Dataset } from './dataset.ts'
import { makeExamples, type Example } from './examples.ts'
import { ChosenRows, type Rows } from './rows.ts'
import { shapeRows, type Shaped } from './shapeRows.ts'
import type { Tokenizer } from './tokenizer.ts'
import { makeWordExamples } from './wordExamples.ts'

/** Classes by name, and the token whose state stands for a whole text; unsaid: every word has a class. */
export interface ClassTask {
  readonly labels: readonly string[]
  readonly pooled?: 'first' | 'last'
}

export interface PrepareOptions {
  readonly tokenizer: Tokenizer
  readonly chatTemplate?: string
  readonly recipe: Pick<Recipe, 'data' | 'training' | 'seed'>
  /** What is to be predicted instead of tokens. */
  readonly classes?: ClassTask
  /** What the model reads at most; rows are never offered more. */
  readonly contextLength?: number
}
export interface Prepared {
  readonly train: readonly Example[]
  readonly validation: readonly Example[]
  /** Rows that gave no example. */
  readonly problems: readonly RowProblem[]
  readonly shaped: Shaped
  /** Examples that were too long, and left out for it. */
  readonly droppedLong: number
  /** Tokens of the longest row before anything was cut, rows without an example included. */
  readonly longest: number
}

/** @param most rows of each side that are read, the first ones */
export function prepare(dataset: Dataset, { tokenizer, chatTemplate, recipe, classes }: PrepareOptions, most = Infinity): Prepared {
  const { data, training, seed } = recipe
  const { systemPrompt, ...untold } = data
  // A class is predicted from the text alone.
  const shaped = shapeRows(dataset, { data: classes || systemPrompt === undefined ? untold : data, seed, isTemplated: chatTemplate !== undefined })
  const options = { trainOn: data.trainOn, ...(data.cut && { cut: data.cut }), ...(chatTemplate === undefined ? {} : { chatTemplate }) }
  const maxLength = training.max_length
  const read = (rows: Rows): { examples: Example[]; problems: RowProblem[]; longest?: number } => {
    const few = rows.length > most ? new ChosenRows(rows, Uint32Array.from({ length: most }, (_, i) => i)) : rows
    if (!classes) return makeExamples(few, tokenizer, options, maxLength)
    const { labels, pooled } = classes
    const own = { labels, maxLength, ...(data.cut && { cut: data.cut }) }
    return pooled ? makeClassExamples(few, tokenizer, { ...own, pooled }) : makeWordExamples(few, tokenizer, own)
  }
  const made = [read(shaped.train), read(shaped.validation)]
  const problems = made.flatMap((m) => m.problems)
  const longest = Math.max(...made.map((m) => m.longest ?? m.examples.reduce((n, e) => Math.max(n, e.uncut ?? e.ids.length), 0)))
  const [train = [], validation = []] = made.map((m) => m.examples)
  if (!data.drop?.includes('too-long')) return { train, validation, problems, shaped, longest, droppedLong: 0 }
  const whole = train.filter((e) => !e.truncated)
  return { train: whole, validation: validation.filter((e) => !e.truncated), problems, shaped, longest, droppedLong: train.length - whole.length }
}
