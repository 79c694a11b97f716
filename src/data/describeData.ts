// What a person is shown of a dataset as a recipe would have it trained on: its first examples, its sizes and its findings.
import type { DatasetInfo } from '../protocol/studio.ts'
import type { Dataset } from './dataset.ts'
import { previewTokens } from './examples.ts'
import { findings } from './findings.ts'
import { prepare, type Prepared, type PrepareOptions } from './prepare.ts'

const PREVIEWS = 6
/** Of a larger dataset only so many rows are tokenised to be described: a person waits for it after every change. */
const MEASURED_ROWS = 10_000

export function describeData(
  dataset: Dataset,
  options: PrepareOptions & { readonly test?: Dataset; readonly prepared?: Prepared },
): DatasetInfo {
  const prepared = options.prepared ?? prepare(dataset, options, MEASURED_ROWS)
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
    examples: prepared.train.slice(0, PREVIEWS).map((e) => previewTokens(e, options.tokenizer, options.classes?.labels)),
    trainedTokens: all.reduce((n, e) => n + (e.targets ? e.targets.filter((t) => t >= 0).length : e.mask.reduce((m, bit) => m + bit, 0)), 0),
    totalTokens: all.reduce((n, e) => n + e.ids.length, 0),
    longest: all.reduce((n, e) => Math.max(n, e.ids.length), 0),
    truncated: all.filter((e) => e.truncated).length,
    ...(dataset.isUnmapped ? { columns: dataset.columns ?? [], isUnmapped: true as const, ...(options.recipe.data.mapping && { mapping: options.recipe.data.mapping }) } : findings(dataset, prepared, options)),
    ...(prepared.shaped.train.length > MEASURED_ROWS && !options.prepared && { measuredRows: MEASURED_ROWS }),
  }
}
