// Asks test questions of a run as it is now, task by task where there are several: a method that makes an adapter for every
// task is asked through the one that it makes.
import type { Dataset } from '../data/dataset.ts'
import { question, type Question } from '../data/prompt.ts'
import type { Row } from '../data/row.ts'
import type { Answer } from '../protocol/event.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { Base } from './base.ts'
import { emitAdapter, emits, mountEmitted } from './emitAdapter.ts'
import type { Learner } from './learner.ts'
import { score } from './score.ts'
import { scoreClasses } from './scoreClasses.ts'

export interface Verdict {
  readonly metric: 'exact_match' | 'accuracy'
  readonly answers: readonly Answer[]
  readonly correct: number
  /** Share of right answers, 0 to 1: the mean over tasks, so that a large test set weighs no more. */
  readonly share: number
  readonly tasks?: readonly { readonly name: string; readonly correct: number; readonly total: number }[]
}

export interface JudgeOptions {
  readonly recipe: Recipe
  /** Test rows, by task where there are several. */
  readonly tests: readonly { readonly name?: string; readonly test: Dataset | undefined }[]
  /** There is something to ask. */
  onStart(): void
  onProgress(done: number, total: number): void
  cancelled(): boolean
}

/** Undefined where there is nothing to ask. */
export async function judge(base: Base, { subject, params }: Learner, { recipe, tests, onStart, onProgress, cancelled }: JudgeOptions): Promise<Verdict | undefined> {
  const { rows, maxNewTokens, systemPrompt: system } = recipe.evaluation
  const { chatTemplate } = base.folder
  const sorts = base.outline.taskType === 'SEQ_CLS'
  const asked = tests.map(({ name, test }) => ({
    name,
    questions: firstQuestions(test, rows, (row) => question(row, base.tokenizer(), { ...(chatTemplate !== undefined && { chatTemplate }), ...(system !== undefined && !sorts && { system }) })),
  }))
  const total = asked.reduce((n, { questions }) => n + questions.length, 0)
  if (total === 0) return undefined
  const answers: Answer[] = []
  const tasks: { name: string; correct: number; total: number }[] = []
  const shares: number[] = []
  onStart()
  for (const { name, questions } of asked) {
    if (questions.length === 0 || cancelled()) continue
    const before = answers.length
    const options = { maxNewTokens, contextLength: base.family.dimensions(base.config).contextLength, onProgress: (done: number) => onProgress(before + done, total), cancelled }
    const made = emits(subject) ? await mountEmitted(base, await emitAdapter(base, subject, await params.read('values'), name)) : undefined
    try {
      const scored = sorts ? scoreClasses : score
      answers.push(...(await scored(base, made?.subject ?? subject, made?.params ?? params, questions, options)))
    } finally {
      made?.params.dispose()
    }
    const own = answers.slice(before)
    const correct = own.filter((a) => a.correct).length
    if (own.length > 0) shares.push(correct / own.length)
    if (name !== undefined) tasks.push({ name, correct, total: own.length })
  }
  const correct = answers.filter((a) => a.correct).length
  const share = shares.length > 0 ? shares.reduce((n, s) => n + s, 0) / shares.length : 0
  return { metric: sorts ? 'accuracy' : 'exact_match', answers, correct, share, ...(tasks.length > 0 && { tasks }) }
}

/** As many as are asked, of rows that can be; the rest of a large test set is never read. */
function firstQuestions(test: Dataset | undefined, most: number, read: (row: Row) => Question | undefined): Question[] {
  const found: Question[] = []
  for (const row of test?.rows ?? []) {
    if (found.length >= most) break
    const asked = read(row)
    if (asked) found.push(asked)
  }
  return found
}
