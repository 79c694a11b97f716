// Reports that come too fast are held back, never the last of them: a reader who sees no more of them has seen the newest.

export interface Paced<T> {
  /** Reports at once, or when `ms` have passed since the report before; a newer one replaces one that waits. */
  tell(value: T): void
  /** Reports what waits. */
  flush(): void
}

/** `isNews` tells which values cannot wait, given the one that was told before. */
export function paced<T>(report: (value: T) => void, ms: number, isNews?: (value: T, before: T) => boolean): Paced<T> {
  let before: { readonly value: T } | undefined
  let waiting: { readonly value: T } | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    const held = waiting
    waiting = undefined
    if (held) report(held.value)
  }
  const rest = (): void => {
    timer = setTimeout(() => {
      timer = undefined
      if (!waiting) return
      flush()
      rest()
    }, ms)
  }
  return {
    tell(value) {
      const news = before !== undefined && isNews?.(value, before.value) === true
      waiting = before = { value }
      if (timer !== undefined && !news) return
      flush()
      if (timer === undefined) rest()
    },
    flush,
  }
}
