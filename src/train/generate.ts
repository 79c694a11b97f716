// Streams the tokens of several prompts from one decoder. A prompt whose answer has ended gives its row to the next one at once,
// so that no row waits for the longest answer. Same prompt, sampling and seed give the same tokens, whatever else is asked.
import type { Voice } from './decoder.ts'
import { sampleToken, type Sampling } from './sampleToken.ts'

export interface GenerateOptions {
  readonly maxNewTokens: number
  readonly sampling: Sampling
  /** Tokens that end an answer; they are not yielded. */
  readonly stop: ReadonlySet<number>
  /** Who makes the answer's token of that number, 0 is the first, where there is one prompt; unsaid: the same decoder all along. All must share one cache. */
  readonly decoderAt?: (n: number) => Voice | Promise<Voice>
  /** The prompt of that number has all its tokens. */
  readonly onEnd?: (prompt: number) => void
}

export interface NewToken {
  /** Number of the prompt. */
  readonly row: number
  readonly token: number
  /** (V) that it was chosen from. */
  readonly logits: Float32Array
}

/** A prompt that is being answered in a row of the decoder. */
interface Text {
  readonly prompt: number
  readonly row: number
  /** Prompt and answer. */
  readonly ids: number[]
  /** After the last of them; none where that one has not been through the decoder yet. */
  logits: Float32Array | undefined
  /** Of the answer. */
  count: number
}

/** Yields every new token: first those of prompts just read, then in rounds of one token per unfinished row. */
export async function* generate(decoder: Voice, prompts: readonly Int32Array[], { maxNewTokens, sampling, stop, decoderAt, onEnd }: GenerateOptions): AsyncGenerator<NewToken> {
  const free = Array.from({ length: decoder.rows }, (_, row) => row)
  const texts = new Set<Text>()
  let next = 0
  const end = (text: Text): void => {
    texts.delete(text)
    free.push(text.row)
    onEnd?.(text.prompt)
  }
  for (;;) {
    while (free.length > 0 && next < prompts.length) {
      const row = free.shift()!
      texts.add({ prompt: next, row, ids: [...prompts[next]], logits: await decoder.read(row, prompts[next]), count: 0 })
      next++
    }
    for (const text of texts) {
      if (!text.logits) continue
      const { prompt, logits, count } = text
      const token = count < maxNewTokens ? sampleToken(logits, sampling, count) : undefined
      if (token === undefined || stop.has(token)) {
        end(text)
        continue
      }
      text.ids.push(token)
      text.count++
      text.logits = undefined
      yield { row: prompt, token, logits }
      if (text.count === maxNewTokens || text.ids.length >= decoder.capacity) end(text)
    }
    if (free.length > 0 && next < prompts.length) continue
    const [only] = texts
    if (!only) return
    const following = (await decoderAt?.(only.count)) ?? decoder
    // Virtual tokens of the next one may leave less room.
    if (only.ids.length >= following.capacity) return end(only)
    // Virtual tokens stand before the text, so that everything after them is read anew.
    if (following !== decoder && !following.continues(decoder)) only.logits = await following.read(only.row, Int32Array.from(only.ids))
    else await step(following, texts)
    decoder = following
  }
}

/** Gives every text its last token. Rows without one repeat a token at their first place; nobody reads what they answer, and a prompt is read over it. */
async function step(decoder: Voice, texts: ReadonlySet<Text>): Promise<void> {
  const [tokens, positions] = [new Int32Array(decoder.rows), new Int32Array(decoder.rows)]
  for (const { row, ids } of texts) {
    tokens[row] = ids.at(-1)!
    positions[row] = ids.length - 1
  }
  const all = await decoder.step(tokens, positions)
  const width = all.length / decoder.rows
  for (const text of texts) text.logits = all.subarray(text.row * width, (text.row + 1) * width)
}
