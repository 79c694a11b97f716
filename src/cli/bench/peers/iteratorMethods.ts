// Iterator helpers (ES2025) where the host lacks them, Node.js 20 for one: jax-js uses them.
type Step = (this: Iterator<unknown>, f: (x: unknown, i: number) => unknown) => unknown

const sequence = (it: Iterator<unknown>): Iterable<unknown> => ({ [Symbol.iterator]: () => it })

const helpers: Readonly<Record<string, Step>> = {
  *map(f) {
    let i = 0
    for (const x of sequence(this)) yield f(x, i++)
  },
  *filter(f) {
    let i = 0
    for (const x of sequence(this)) if (f(x, i++)) yield x
  },
  toArray() {
    return [...sequence(this)]
  },
  some(f) {
    let i = 0
    for (const x of sequence(this)) if (f(x, i++)) return true
    return false
  },
  every(f) {
    let i = 0
    for (const x of sequence(this)) if (!f(x, i++)) return false
    return true
  },
}

export function addIteratorMethods(): void {
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object
  for (const [name, value] of Object.entries(helpers)) {
    if (!(name in prototype)) Object.defineProperty(prototype, name, { value, configurable: true, writable: true })
  }
}
