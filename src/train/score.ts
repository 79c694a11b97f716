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
/** Tokens of a prompt read at once: as many as the longest has, within these. */
const [LEAST_STRETCH, MOST_STRETCH] = [32, 256]

export interface ScoreOptions {
  readonly maxNewTokens: number
  readonly contextLength: number
  onProgress(done: number): void
  /** Asked between tokens: a stop ends scoring with what was answered. */
  cancelled(): boolean
}

/** The answers in the order of the questions; those of a stop, without the ones in between that were not finished. */
export async function score(base: Base, subject: Subject, params: Params | undefined, questions: readonly Question[], options: ScoreOptions): Promise<Answer[]> {
  const tokenizer = base.tokenizer()
  const longest = Math.max(1, ...questions.map((q) => q.ids.length))
  const capacity = Math.min(longest + options.maxNewTokens, options.contextLength)
  let stretch = LEAST_STRETCH
  while (stretch < Math.min(longest, MOST_STRETCH)) stretch *= 2
  const decoder = await Decoder.make(base, subject, params, Math.min(ROWS, questions.length), capacity, stretch)
  try {
    const written = questions.map((): number[] => [])
    const answers: (Answer | undefined)[] = questions.map(() => undefined)
    // A prompt that fills the context leaves no room to answer; its end is what matters.
    const prompts = questions.map((q) => q.ids.slice(-Math.max(1, capacity - 1)))
    let done = 0
    const onEnd = (i: number): void => {
      const { prompt, expected } = questions[i]
      const answer = tokenizer.decode(written[i])
      answers[i] = { prompt, expected, answer, correct: exactMatch(answer, expected) }
      options.onProgress(++done)
    }
    if (options.cancelled()) return []
    for await (const { row, token } of generate(decoder, prompts, { maxNewTokens: options.maxNewTokens, sampling: GREEDY, stop: stopTokens(base), onEnd })) {
      if (options.cancelled()) break
      written[row].push(token)
    }
    return answers.filter((a) => a !== undefined)
  } finally {
    decoder.dispose()
  }
}
