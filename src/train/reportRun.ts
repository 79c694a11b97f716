// The report card of a finished run: the frozen base and the tuned model over the same held-out rows and the same general text,
// and the answers that both gave. The base is asked anew, so that a continued run reports what an uninterrupted one does.
import { planBatches, type Batch } from '../data/batches.ts'
import { makeExamples } from '../data/examples.ts'
import { GENERAL_TEXT } from '../evaluate/generalText.ts'
import type { RowLoss } from '../evaluate/lossMetrics.ts'
import { reportCard, type Pair } from '../evaluate/reportCard.ts'
import type { RunEvent } from '../protocol/event.ts'
import { Fault } from '../protocol/failure.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { Report } from '../protocol/report.ts'
import { subjectOf, type Base } from './base.ts'
import { emits } from './emitAdapter.ts'
import { Learner } from './learner.ts'
import { rowLosses } from './rowLosses.ts'
import type { HeldOut } from './runData.ts'

/** Of a larger share held out, the first batches with so many rows are enough to tell. */
const MOST_ROWS = 512
const PASSAGE_TOKENS = 128

export interface RunToReport {
  readonly base: Base
  readonly learner: Learner
  readonly recipe: Recipe
  readonly validation: readonly HeldOut[] | undefined
  /** What the run has said so far. */
  readonly events: readonly RunEvent[]
  cancelled(): boolean
}

/** Undefined where there is nothing to report, or the run was stopped meanwhile. */
export async function reportRun({ base, learner, recipe, validation, events, cancelled }: RunToReport): Promise<Report | undefined> {
  const score = (when: 'before' | 'after') => events.findLast((e) => e.type === 'score' && e.when === when) as Extract<RunEvent, { type: 'score' }> | undefined
  const [before, after] = [score('before'), score('after')]
  // A head for classes starts fresh, so that the base has no losses to compare with, and may lack the head itself.
  const writes = base.outline.taskType === 'CAUSAL_LM'
  const held = writes ? (validation ?? []).flatMap(({ plan }) => someBatches(plan, MOST_ROWS, recipe.training.batch_size)) : []
  // What makes an adapter for each task has none for other texts.
  const general = writes && !emits(learner.subject) ? generalBatches(base, recipe) : []
  const nothing: Pair<RowLoss[]> = { after: [] }
  const [ofHeld, ofGeneral] = writes ? await twice(base, learner, [held, general], cancelled) : [nothing, nothing]
  if (cancelled()) return undefined
  const unit = (after ?? before)?.unit
  const report = reportCard({
    metric: (after ?? before)?.metric ?? 'exact_match',
    ...(unit && { unit }),
    answers: { ...(before && { before: before.answers }), ...(after && { after: after.answers }) },
    validation: ofHeld,
    general: ofGeneral,
    seed: recipe.seed,
  })
  return report.measures.length > 0 ? report : undefined
}

/** Losses of each set of batches, tuned and of the base alone; where there is no room for a second pass, tuned only. */
async function twice(base: Base, learner: Learner, sets: readonly (readonly Batch[])[], cancelled: () => boolean): Promise<Pair<RowLoss[]>[]> {
  const over = async (model: Learner): Promise<RowLoss[][]> => {
    const found: RowLoss[][] = []
    for (const batches of sets) found.push(await rowLosses(model, batches, base.tokenizer(), cancelled))
    return found
  }
  const after = await over(learner)
  const before = await alone(base, over).catch((error: unknown) => {
    if (error instanceof Fault && error.code === 'out-of-memory') return undefined
    throw error
  })
  return sets.map((_, i) => ({ after: after[i], ...(before && { before: before[i] }) }))
}

async function alone<T>(base: Base, ask: (model: Learner) => Promise<T>): Promise<T> {
  const subject = subjectOf(base, [])
  await base.weights.load(subject.census.weights)
  const model = await Learner.make(base, subject)
  try {
    return await ask(model)
  } finally {
    await model.dispose()
  }
}

const someBatches = (plan: HeldOut['plan'], rows: number, batchSize: number): Batch[] => Array.from({ length: Math.min(plan.batchesPerEpoch, Math.ceil(rows / batchSize)) }, (_, i) => plan.batch(i))

function generalBatches(base: Base, { training, seed }: Recipe): Batch[] {
  const { contextLength } = base.family.dimensions(base.config)
  const maxLength = Math.min(PASSAGE_TOKENS, contextLength)
  const { examples } = makeExamples(GENERAL_TEXT.map((text, i) => ({ kind: 'text', line: i + 1, text })), base.tokenizer(), { trainOn: 'everything' }, maxLength)
  const plan = planBatches(examples, { batchSize: training.batch_size, maxLength, packing: false, seed })
  return someBatches(plan, examples.length, training.batch_size)
}
