// Gathers items that arrive hundreds per second and hands them on at most once per interval, in order.

export interface Batch<T> {
  add(item: T): void
  /** Hands on what is waiting, now. */
  flush(): void
}

export function batch<T>(take: (items: readonly T[]) => void, intervalMs = 100): Batch<T> {
  let waiting: T[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    if (timer !== undefined) clearTimeout(timer)
    timer = undefined
    const items = waiting
    waiting = []
    if (items.length > 0) take(items)
  }
  return {
    add(item) {
      waiting.push(item)
      timer ??= setTimeout(flush, intervalMs)
    },
    flush,
  }
}
