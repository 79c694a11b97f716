// Asks a model that predicts classes: the answer to a text is its likeliest class, or the likeliest label of each of its words.
import { classInput, rowTexts, secondOf, textsOf } from '../data/classInput.ts'
import type { Question } from '../data/prompt.ts'
import { wordInput } from '../data/wordExamples.ts'
import { entityF1 } from '../evaluate/entityF1.ts'
import { readClasses } from '../families/classes.ts'
import { argmax } from '../lib/argmax.ts'
import type { Answer, EntityScore, Metric } from '../protocol/event.ts'
import { marksStretches, taggedText } from '../protocol/taggedText.ts'
import type { Base } from './base.ts'
import { ClassScores } from './classScores.ts'
import type { Params } from './params.ts'
import type { ScoreOptions } from './score.ts'
import type { Subject } from './step.ts'

export interface Scored {
  readonly metric: Metric
  readonly answers: readonly Answer[]
  readonly correct: number
  readonly total: number
  readonly unit?: 'word'
  readonly entities?: EntityScore
}

export async function scoreClasses(base: Base, subject: Subject, params: Params | undefined, questions: readonly Question[], options: ScoreOptions): Promise<Scored> {
  const { labels, taskType } = readClasses(base.folder.config)!
  const scores = new ClassScores(base, subject, params)
  try {
    return await (taskType === 'TOKEN_CLS' ? scoreWords : scoreTexts)(base, scores, labels, questions, options)
  } finally {
    scores.dispose()
  }
}

async function scoreTexts(base: Base, scores: ClassScores, labels: readonly string[], questions: readonly Question[], options: ScoreOptions): Promise<Scored> {
  const asked = questions.map(({ prompt, row }) => classInput(row.kind === 'completion' ? rowTexts(row) : textsOf(prompt), base.tokenizer(), { maxLength: options.contextLength }))
  const found = await scores.of(asked, options.onProgress, options.cancelled)
  const answers = questions.flatMap(({ prompt, expected }, i): Answer[] => {
    if (!found[i]) return []
    const answer = labels[argmax(found[i][0])]
    return [{ prompt, expected, answer, correct: answer === expected.trim() }]
  })
  return { metric: 'accuracy', answers, correct: answers.filter((a) => a.correct).length, total: answers.length }
}

/** A word that the tokenizer cannot write, or that was cut away, has no answer and does not count. */
async function scoreWords(base: Base, scores: ClassScores, labels: readonly string[], questions: readonly Question[], options: ScoreOptions): Promise<Scored> {
  const asked = questions.flatMap(({ prompt, row }) => {
    if (row.kind !== 'words') return []
    const { ids, places } = wordInput(row.words, base.tokenizer(), { maxLength: options.contextLength })
    const seen = [...places.keys()].filter((i) => places[i] >= 0)
    return [{ ids, prompt, places: seen.map((i) => places[i]), words: seen.map((i) => row.words[i]), expected: seen.map((i) => row.labels[i]) }]
  })
  const found = await scores.of(asked, options.onProgress, options.cancelled)
  const answered = asked.flatMap((q, i) => (found[i] ? [{ ...q, given: found[i].map((s) => labels[argmax(s)]) }] : []))
  let [correct, total] = [0, 0]
  const answers = answered.map(({ prompt, words, expected, given }): Answer => {
    const right = given.filter((label, i) => label === expected[i]).length
    correct += right
    total += given.length
    return { prompt: prompt.trim(), expected: taggedText(words, expected), answer: taggedText(words, given), correct: right === given.length }
  })
  const entities = marksStretches(labels) ? entityF1(answered.map((a) => a.expected), answered.map((a) => a.given)) : undefined
  return { metric: entities ? 'f1' : 'accuracy', answers, correct, total, unit: 'word', ...(entities && { entities }) }
}

/** The texts that a person typed: two where the model compares pairs and an empty line stands between. */
export const typedTexts = (prompt: string, pairs: boolean): readonly string[] => textsOf(prompt, pairs ? secondOf(prompt) : undefined)
