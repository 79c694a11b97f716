// What a run trains on and validates with: one dataset, or several with a task each, as batches.
import { planBatches, type BatchPlan } from '../data/batches.ts'
import type { Dataset } from '../data/dataset.ts'
import { prepare, type PrepareOptions } from '../data/prepare.ts'
import { planTasks, taskBatch, type TaskPlan } from '../data/taskBatches.ts'
import type { Attachment } from '../methods/method.ts'
import { Fault } from '../protocol/failure.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { readClasses } from '../families/classes.ts'
import type { OpenModel } from './base.ts'
import { taskOf } from './recipeModel.ts'

/** One task's rows. */
export interface TaskData {
  readonly name: string
  readonly dataset: Dataset
  readonly test: Dataset | undefined
}

/** Rows held out, of one task where there are several. */
export interface HeldOut {
  readonly name?: string
  readonly plan: BatchPlan
}

export interface RunData {
  readonly train: BatchPlan
  /** Absent when nothing is held out. */
  readonly validation: readonly HeldOut[] | undefined
}

/** What `prepare` is told of a run that predicts classes. */
export const classesOf = (model: OpenModel, recipe: Recipe): Pick<PrepareOptions, 'classes'> =>
  taskOf(model, recipe) === 'CAUSAL_LM'
    ? {}
    : { classes: { labels: recipe.labels ?? readClasses(model.folder.config)?.labels ?? [], ...(taskOf(model, recipe) === 'SEQ_CLS' && { pooled: model.family.pooled ?? 'last' }) } }

/** @param attachments told tasks apart if they can; others train on the mixture */
export function batchesOf(model: OpenModel, recipe: Recipe, data: Dataset | readonly TaskData[], attachments: readonly Attachment[]): RunData {
  const { batch_size: batchSize, packing, max_length } = recipe.training
  const maxLength = Math.min(max_length, model.family.dimensions(model.config).contextLength)
  const options = { batchSize, maxLength, packing, seed: recipe.seed }
  const plans = (dataset: Dataset, of: string): { train: BatchPlan; held: BatchPlan | undefined } => {
    const { chatTemplate } = model.folder
    const { train, validation } = prepare(dataset, { tokenizer: model.tokenizer(), recipe, ...(chatTemplate !== undefined && { chatTemplate }), ...classesOf(model, recipe) })
    if (train.length === 0) throw new Fault('bad-data', `No row of ${of} has anything to learn.`, 'Check the template preview, or raise the longest row.')
    return { train: planBatches(train, options), held: validation.length > 0 ? planBatches(validation, options) : undefined }
  }
  if ('rows' in data) {
    const { train, held } = plans(data, 'the data')
    return { train, validation: held && [{ plan: held }] }
  }
  const known = attachments.find((a) => a.tasks)?.tasks
  const made = data.map(({ name, dataset }, i) => ({ name, rows: known?.[i]?.rows ?? [], ...plans(dataset, `the task “${name}”`) }))
  const validation = made.flatMap(({ name, rows, held }) => (held ? [{ name, plan: inOneWording({ plan: held, rows }) }] : []))
  return {
    train: planTasks(made.map(({ rows, train }) => ({ plan: train, rows })), { temperature: recipe.data.taskTemperature ?? 1, seed: recipe.seed }),
    validation: validation.length > 0 ? validation : undefined,
  }
}

/** A task is validated as the first wording of its description. */
function inOneWording({ plan, rows }: TaskPlan): BatchPlan {
  const first = { plan, rows: rows.slice(0, 1) }
  return { ...plan, batch: (index) => taskBatch(first, index) }
}
