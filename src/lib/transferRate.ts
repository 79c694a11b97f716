// How fast bytes arrive, over the last few seconds: an average since the start would hide that a connection has become slow.

const WINDOW_MS = 8000

export class TransferRate {
  readonly #heard: { readonly at: number; readonly bytes: number }[] = []
  #sum = 0

  constructor(private readonly now: () => number = () => performance.now()) {}

  add(bytes: number): void {
    const at = this.now()
    this.#heard.push({ at, bytes })
    this.#sum += bytes
    while (this.#heard.length > 1 && at - this.#heard[0].at > WINDOW_MS) this.#sum -= this.#heard.shift()!.bytes
  }

  /** Undefined until a second has been seen. */
  perSecond(): number | undefined {
    const first = this.#heard[0]
    const ms = first ? this.now() - first.at : 0
    // The first piece came before the time that is measured.
    return first && ms >= 1000 ? (1000 * (this.#sum - first.bytes)) / ms : undefined
  }
}
