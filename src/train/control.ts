// Pause and stop: the only things that travel from the page into a run.
export class Control {
  private waiting: (() => void)[] = []
  private isPaused = false
  stopped = false

  get paused(): boolean {
    return this.isPaused
  }
  pause(): void {
    this.isPaused = true
  }
  resume(): void {
    this.isPaused = false
    for (const go of this.waiting.splice(0)) go()
  }
  stop(): void {
    this.stopped = true
    this.resume()
  }
  /** Resolves when not paused. */
  async gate(): Promise<void> {
    while (this.isPaused) await new Promise<void>((resolve) => this.waiting.push(resolve))
  }
}
