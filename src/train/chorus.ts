// Answers that are written side by side, a row of one cache each. A step waits until every answer that is still being written has
// its next token, so that what runs together does not depend on time; an answer that has ended is waited for no more.
import type { AdapterUse } from '../protocol/adapters.ts'
import type { Decoder } from './decoder.ts'

interface Waiting {
  readonly token: number
  readonly place: number
  go(logits: Float32Array): void
  fail(error: unknown): void
}

interface Singer {
  uses: readonly AdapterUse[]
  waiting?: Waiting | undefined
  gone?: true
}

export class Chorus {
  private readonly singers: Singer[]

  /** @param decoderOf the decoder of all rows, with the weights of these adapters set, row by row */
  constructor(
    rows: number,
    private readonly decoderOf: (uses: readonly (readonly AdapterUse[])[]) => Promise<Decoder>,
  ) {
    this.singers = Array.from({ length: rows }, () => ({ uses: [] }))
  }

  /** What each row has now, or had when it ended: what was recorded for all then serves those that go on. */
  get uses(): readonly (readonly AdapterUse[])[] {
    return this.singers.map((s) => s.uses)
  }

  /** The row goes on with these. */
  give(row: number, uses: readonly AdapterUse[]): void {
    this.singers[row].uses = uses
  }

  /** Logits (V) after a row's next token. @param place in the cache's row */
  step(row: number, token: number, place: number): Promise<Float32Array> {
    return new Promise((go, fail) => {
      this.singers[row].waiting = { token, place, go, fail }
      this.sing()
    })
  }

  leave(row: number): void {
    this.singers[row].gone = true
    this.sing()
  }

  private sing(): void {
    const present = this.singers.filter((s) => !s.gone)
    if (present.length === 0 || present.some((s) => !s.waiting)) return
    const waiting = this.singers.map((s) => s.waiting)
    for (const s of present) s.waiting = undefined
    this.run(waiting).catch((error: unknown) => waiting.forEach((w) => w?.fail(error)))
  }

  private async run(waiting: readonly (Waiting | undefined)[]): Promise<void> {
    const decoder = await this.decoderOf(this.uses)
    // Rows that have ended write where nobody reads.
    const [tokens, places] = (['token', 'place'] as const).map((key) => Int32Array.from(waiting, (w) => w?.[key] ?? 0))
    const all = await decoder.step(tokens, places)
    const width = all.length / waiting.length
    waiting.forEach((w, row) => w?.go(all.subarray(row * width, (row + 1) * width)))
  }
}
