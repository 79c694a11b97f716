// Streams tokens of several rows from a decoder until each stops. Same prompts, sampling and seed give the same tokens.
import type { Decoder } from './decoder.ts'
import { sampleToken, type Sampling } from './sampleToken.ts'

export interface GenerateOptions {
  readonly maxNewTokens: number
  readonly sampling: Sampling
  /** Tokens that end a row; they are not yielded. */
  readonly stop: ReadonlySet<number>
}

/** Yields every new token with its row, in rounds of one token per unfinished row. */
export async function* generate(decoder: Decoder, prompts: readonly Int32Array[], { maxNewTokens, sampling, stop }: GenerateOptions): AsyncGenerator<{ readonly row: number; readonly token: number }> {
  const lengths = prompts.map((p) => p.length)
  const alive = new Set(prompts.keys())
  const logits = await decoder.prompt(prompts)
  const last = new Int32Array(decoder.rows)
  for (let n = 0; n < maxNewTokens; n++) {
    for (const row of alive) {
      const token = sampleToken(logits[row], sampling, n)
      if (stop.has(token)) {
        alive.delete(row)
        continue
      }
      last[row] = token
      yield { row, token }
      if (lengths[row] + n + 1 >= decoder.capacity) alive.delete(row)
    }
    if (alive.size === 0 || n + 1 === maxNewTokens) return
    // Finished rows repeat their last token in place; nobody reads what they answer.
    const positions = Int32Array.from({ length: decoder.rows }, (_, row) => (alive.has(row) ? lengths[row] + n : (lengths[row] ?? 0)))
    const next = await decoder.step(last, positions)
    const width = next.length / decoder.rows
    for (const row of alive) logits[row] = next.subarray(row * width, (row + 1) * width)
  }
}
