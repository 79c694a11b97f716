// Asks a model that predicts classes: the answer to a text is its likeliest class.
import { classIds } from '../data/classExamples.ts'
import type { Question } from '../data/prompt.ts'
import { readClasses } from '../families/classes.ts'
import type { Answer } from '../protocol/event.ts'
import type { Base } from './base.ts'
import { ClassScores } from './classScores.ts'
import type { Params } from './params.ts'
import type { ScoreOptions } from './score.ts'
import type { Subject } from './step.ts'

export async function scoreClasses(base: Base, subject: Subject, params: Params | undefined, questions: readonly Question[], options: ScoreOptions): Promise<Answer[]> {
  const { labels } = readClasses(base.folder.config)!
  const texts = questions.map((q) => classIds(q.prompt.trim(), base.tokenizer(), options.contextLength).ids)
  const scores = new ClassScores(base, subject, params)
  try {
    const found = await scores.of(texts, options.onProgress, options.cancelled)
    return questions.flatMap(({ prompt, expected }, i) => {
      if (!found[i]) return []
      const answer = labels[found[i].indexOf(Math.max(...found[i]))]
      return [{ prompt, expected, answer, correct: answer === expected.trim() }]
    })
  } finally {
    scores.dispose()
  }
}
