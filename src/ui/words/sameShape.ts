// The type of a table of words in any language: the same entries, each a text or a sentence made of the same parts.
export type SameShape<T> = {
  readonly [K in keyof T]: T[K] extends string ? string : T[K] extends (...args: infer A) => string ? (...args: A) => string : SameShape<T[K]>
}
