// Streams tokens of several rows from a decoder until each stops. Same prompts, sampling and seed give the same tokens.
import type { Decoder } from './decoder.ts'
import { sampleToken, type Sampling } from './sampleToken.ts'

export interface GenerateOptions {
  readonly maxNewTokens: number
  readonly sampling: Sampling
  /** Tokens that end a row; they are not yielded. */
  readonly stop: ReadonlySet<number>
  /** Who makes the answer's token of that number, 0 is the first; unsaid: the same decoder all along. All must share one cache. */
  readonly decoderAt?: (n: number) => Decoder | Promise<Decoder>
}

/** Yields every new token with its row and the logits (V) that it was chosen from, in rounds of one token per unfinished row. */
export async function* generate(decoder: Decoder, prompts: readonly Int32Array[], { maxNewTokens, sampling, stop, decoderAt }: GenerateOptions): AsyncGenerator<{ readonly row: number; readonly token: number; readonly logits: Float32Array }> {
  const lengths = prompts.map((p) => p.length)
  const alive = new Set(prompts.keys())
  const texts = prompts.map((p) => [...p])
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
      texts[row].push(token)
      yield { row, token, logits: logits[row] }
      if (lengths[row] + n + 1 >= decoder.capacity) alive.delete(row)
    }
    if (alive.size === 0 || n + 1 === maxNewTokens) return
    const next = (await decoderAt?.(n + 1)) ?? decoder
    // Virtual tokens of the next one may leave less room.
    for (const row of alive) if (texts[row].length >= next.capacity) alive.delete(row)
    if (alive.size === 0) return
    if (next !== decoder && !next.continues(decoder)) {
      // Virtual tokens stand before the text, so that everything after them is read anew.
      const anew = await next.prompt(texts.map((text) => Int32Array.from(text)))
      for (const row of alive) logits[row] = anew[row]
    } else {
      // Finished rows repeat their last token in place; nobody reads what they answer.
      const positions = Int32Array.from({ length: next.rows }, (_, row) => (alive.has(row) ? lengths[row] + n : (lengths[row] ?? 0)))
      const all = await next.step(last, positions)
      const width = all.length / next.rows
      for (const row of alive) logits[row] = all.subarray(row * width, (row + 1) * width)
    }
    decoder = next
  }
}
