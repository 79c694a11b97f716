// Answers to the same few prompts as a run goes, so that a person sees it learn: the recipe's own prompts, else the first
// rows that are asked, else the first rows of the data. Few and short, because training waits for them.
import type { Dataset } from '../data/dataset.ts'
import type { Row } from '../data/row.ts'
import type { Answer } from '../protocol/event.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { Base } from './base.ts'
import { judge } from './judge.ts'
import type { Learner } from './learner.ts'
import type { TaskData } from './runData.ts'

/** Prompts where the recipe names none, and at most; of several tasks one each. */
const ROWS = 3
const MOST = 8
const TOKENS = 24

export interface SampleSource {
  readonly recipe: Recipe
  readonly dataset: Dataset
  readonly test: Dataset | undefined
  readonly tasks?: readonly TaskData[]
}

/** Undefined where there is nothing to ask: plain text, and no prompt named. */
export async function sampleAnswers(base: Base, learner: Learner, { recipe, dataset, test, tasks }: SampleSource, cancelled: () => boolean): Promise<readonly Answer[] | undefined> {
  const { samplePrompts = '', sampleTokens = TOKENS } = recipe.evaluation
  const own = samplePrompts.split('\n').filter((line) => line.trim() !== '')
  const asked = own.slice(0, MOST).map((line, i) => typed(base, line, i, dataset.promptEnd))
  const rows = own.length > 0 ? asked.length : tasks ? 1 : ROWS
  const tests = own.length > 0 ? [{ test: { rows: asked } }] : (tasks ?? [{ dataset, test }]).map(({ dataset: all, test: held, ...named }) => ({ ...named, test: held ?? all }))
  const verdict = await judge(base, learner, {
    recipe: { ...recipe, evaluation: { ...recipe.evaluation, rows, maxNewTokens: sampleTokens } },
    tests,
    onStart: () => undefined,
    onProgress: () => undefined,
    cancelled,
  })
  return cancelled() ? undefined : verdict?.answers
}

/** What a person typed, ended as the rows are where there is no chat template. */
function typed({ folder: { chatTemplate } }: Base, line: string, at: number, promptEnd: string): Row {
  const prompt = chatTemplate === undefined && !line.endsWith(promptEnd) ? line + promptEnd : line
  return { kind: 'completion', line: at + 1, prompt, completion: '' }
}
