// Answers asked for together: each says what it needs, or leaves, and once all have, those that can share one cache do.
import type { AdapterDeck, Ask, Speaker } from './adapterDeck.ts'

/** One answer's place at it. */
export interface Guest extends Pick<AdapterDeck, 'speak'> {
  /** It is not waited for any more; says nothing new where it has spoken. */
  leave(): void
}

export class Meeting {
  private readonly come: (Ask & { go(speaker: Promise<Speaker>): void })[] = []
  private expected: number

  constructor(
    private readonly deck: Pick<AdapterDeck, 'speakTogether'>,
    answers: number,
  ) {
    this.expected = answers
  }

  guest(): Guest {
    let here = true
    /** Once, whatever comes first. */
    const told = (): boolean => {
      const first = here
      here = false
      if (first) this.expected--
      return first
    }
    return {
      speak: (sets, capacity) =>
        new Promise((go) => {
          this.come.push({ sets, capacity, go })
          if (told()) this.begin()
        }),
      leave: () => {
        if (told()) this.begin()
      },
    }
  }

  private begin(): void {
    if (this.expected > 0) return
    const come = this.come.splice(0)
    this.deck.speakTogether(come).forEach((speaker, i) => come[i].go(speaker))
  }
}
