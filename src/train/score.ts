// Asks test questions and compares the answers: exact match after trimming. Several questions are answered at once.
import type { Question } from '../data/prompt.ts'
import { exactMatch } from '../evaluate/exactMatch.ts'
import type { Answer } from '../protocol/event.ts'
import type { Base } from './base.ts'
import { Decoder } from './decoder.ts'
import { generate } from './generate.ts'
import type { Params } from './params.ts'
import { GREEDY } from './sampleToken.ts'
import type { Subject } from './step.ts'
import { stopTokens } from './stopTokens.ts'

const ROWS = 8

export interface ScoreOptions {
  readonly maxNewTokens: number
  readonly contextLength: number
  onProgress(done: number): void
  /** Asked between rounds: a stop ends scoring with what was answered. */
  cancelled(): boolean
}

export async function score(base: Base, subject: Subject, params: Params | undefined, questions: readonly Question[], options: ScoreOptions): Promise<Answer[]> {
  const tokenizer = base.tokenizer()
  const stop = stopTokens(base)
  const longest = Math.max(1, ...questions.map((q) => q.ids.length))
  const capacity = Math.min(longest + options.maxNewTokens, options.contextLength)
  const decoder = await Decoder.make(base, subject, params, Math.min(ROWS, questions.length), capacity)
  const answers: Answer[] = []
  try {
    for (let at = 0; at < questions.length && !options.cancelled(); at += decoder.rows) {
      const some = questions.slice(at, at + decoder.rows)
      const ids = some.map((): number[] => [])
      // A prompt that fills the context leaves no room to answer; its end is what matters.
      const prompts = some.map((q) => q.ids.slice(-Math.max(1, capacity - 1)))
      for await (const { row, token } of generate(decoder, prompts, { maxNewTokens: options.maxNewTokens, sampling: GREEDY, stop })) ids[row].push(token)
      for (const [i, q] of some.entries()) {
        const answer = tokenizer.decode(ids[i])
        answers.push({ prompt: q.prompt, expected: q.expected, answer, correct: exactMatch(answer, q.expected) })
      }
      options.onProgress(answers.length)
    }
    return answers
  } finally {
    decoder.dispose()
  }
}
