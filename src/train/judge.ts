// Asks test questions of a run as it is now, task by task where there are several: a method that makes an adapter for every
// task is asked through the one that it makes.
import { question, type Question } from '../data/prompt.ts'
import type { Row } from '../data/row.ts'
import type { Answer, EntityScore, Metric } from '../protocol/event.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { Base } from './base.ts'
import { emitAdapter, emits, mountEmitted } from './emitAdapter.ts'
import type { Learner } from './learner.ts'
import { score } from './score.ts'
import { scoreClasses, type Scored } from './scoreClasses.ts'

export interface Verdict {
  readonly metric: Metric
  readonly answers: readonly Answer[]
  /** Right answers and all of them, or right words and all of them. */
  readonly correct: number
  readonly total: number
  readonly unit?: 'word'
  readonly entities?: EntityScore
  /** Share of right answers, or F1, 0 to 1: the mean over tasks, so that a large test set weighs no more. */
  readonly share: number
  readonly tasks?: readonly { readonly name: string; readonly correct: number; readonly total: number }[]
}

type AskedRows = { readonly rows: Iterable<Row> }

export interface JudgeOptions {
  readonly recipe: Recipe
  /** Test rows, by task where there are several. */
  readonly tests: readonly { readonly name?: string; readonly test: AskedRows | undefined }[]
  /** There is something to ask. */
  onStart(): void
  onProgress(done: number, total: number): void
  cancelled(): boolean
}

/** Undefined where there is nothing to ask. */
export async function judge(base: Base, { subject, params }: Learner, { recipe, tests, onStart, onProgress, cancelled }: JudgeOptions): Promise<Verdict | undefined> {
  const { rows, maxNewTokens, systemPrompt: system } = recipe.evaluation
  const { chatTemplate } = base.folder
  const sorts = base.outline.taskType !== 'CAUSAL_LM'
  const asked = tests.map(({ name, test }) => ({
    name,
    questions: firstQuestions(test, rows, (row) => question(row, base.tokenizer(), { ...(chatTemplate !== undefined && { chatTemplate }), ...(system !== undefined && !sorts && { system }) })),
  }))
  const count = asked.reduce((n, { questions }) => n + questions.length, 0)
  if (count === 0) return undefined
  const answers: Answer[] = []
  const tasks: { name: string; correct: number; total: number }[] = []
  const scores: Scored[] = []
  onStart()
  for (const { name, questions } of asked) {
    if (questions.length === 0 || cancelled()) continue
    const before = answers.length
    const options = { maxNewTokens, contextLength: base.family.dimensions(base.config).contextLength, onProgress: (done: number) => onProgress(before + done, count), cancelled }
    const made = emits(subject) ? await mountEmitted(base, await emitAdapter(base, subject, await params.read('values'), name)) : undefined
    try {
      const scored = sorts ? scoreClasses : scoreWritten
      const own = await scored(base, made?.subject ?? subject, made?.params ?? params, questions, options)
      answers.push(...own.answers)
      if (own.total > 0) scores.push(own)
      if (name !== undefined) tasks.push({ name, correct: own.correct, total: own.total })
    } finally {
      made?.params.dispose()
    }
  }
  const sum = (of: (s: Scored) => number): number => scores.reduce((n, s) => n + of(s), 0)
  const share = sum((s) => s.entities?.f1 ?? s.correct / s.total) / Math.max(1, scores.length)
  const [only] = scores
  const metric = only?.metric ?? (sorts ? 'accuracy' : 'exact_match')
  return { metric, answers, correct: sum((s) => s.correct), total: sum((s) => s.total), share, ...(only?.unit && { unit: only.unit }), ...(scores.length === 1 && only.entities && { entities: only.entities }), ...(tasks.length > 0 && { tasks }) }
}

async function scoreWritten(...asked: Parameters<typeof score>): Promise<Scored> {
  const answers = await score(...asked)
  return { metric: 'exact_match', answers, correct: answers.filter((a) => a.correct).length, total: answers.length }
}

/** As many as are asked, of rows that can be; the rest of a large test set is never read. */
function firstQuestions(test: AskedRows | undefined, most: number, read: (row: Row) => Question | undefined): Question[] {
  const found: Question[] = []
  for (const row of test?.rows ?? []) {
    if (found.length >= most) break
    const asked = read(row)
    if (asked) found.push(asked)
  }
  return found
}
