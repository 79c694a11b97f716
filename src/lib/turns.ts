// Work that must not overlap, in order of asking. What fails tells its own caller and does not stop what comes next.

export type Turns = <T>(work: () => Promise<T>) => Promise<T>

export function turns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}
