// A dataset made ready for a recipe: split, tokenised, masked. What `describe` shows and what training reads are
// the same values, so the preview cannot differ from the run.
import type { Recipe } from '../protocol/recipe.ts'
import type { DatasetInfo, RowProblem } from '../protocol/studio.ts'
import { makeClassExamples, type ClassOptions } from './classExamples.ts'
import type { Dataset } from './dataset.ts'
import { makeExamples, previewTokens, type Example } from './examples.ts'
import { splitRows } from './split.ts'
import type { Tokenizer } from './tokenizer.ts'

const PREVIEWS = 6

export interface PrepareOptions {
  readonly tokenizer: Tokenizer
  readonly chatTemplate?: string
  readonly recipe: Pick<Recipe, 'data' | 'training' | 'seed'>
  /** What is to be predicted instead of tokens. */
  readonly classes?: Omit<ClassOptions, 'maxLength'>
}
export interface Prepared {
  readonly train: readonly Example[]
  readonly validation: readonly Example[]
  /** Rows that gave no example. */
  readonly problems: readonly RowProblem[]
}

export function prepare(dataset: Dataset, { tokenizer, chatTemplate, recipe, classes }: PrepareOptions): Prepared {
  const { train, validation } = splitRows(dataset.rows, recipe.data.validation, recipe.seed)
  const options = { trainOn: recipe.data.trainOn, ...(chatTemplate === undefined ? {} : { chatTemplate }) }
  const { max_length: maxLength } = recipe.training
  const made = [train, validation].map((rows) =>
    classes ? makeClassExamples(rows, tokenizer, { ...classes, maxLength }) : makeExamples(rows, tokenizer, options, maxLength),
  )
  return { train: made[0]?.examples ?? [], validation: made[1]?.examples ?? [], problems: made.flatMap((m) => m.problems) }
}

export function describe(
  dataset: Dataset,
  options: PrepareOptions & { readonly test?: Dataset; readonly prepared?: Prepared },
): DatasetInfo {
  const prepared = options.prepared ?? prepare(dataset, options)
  const all = [...prepared.train, ...prepared.validation]
  return {
    name: dataset.name,
    format: dataset.format,
    bytes: dataset.bytes,
    rows: dataset.rows.length,
    testRows: options.test?.rows.length ?? 0,
    problems: [...dataset.problems, ...prepared.problems].slice(0, 200),
    problemCount: dataset.problemCount + prepared.problems.length,
    head: dataset.head,
    examples: prepared.train.slice(0, PREVIEWS).map((e) => previewTokens(e, options.tokenizer)),
    trainedTokens: all.reduce((n, e) => n + (e.targets ? e.targets.filter((t) => t >= 0).length : e.mask.reduce((m, bit) => m + bit, 0)), 0),
    totalTokens: all.reduce((n, e) => n + e.ids.length, 0),
    longest: all.reduce((n, e) => Math.max(n, e.ids.length), 0),
    truncated: all.filter((e) => e.truncated).length,
  }
}
