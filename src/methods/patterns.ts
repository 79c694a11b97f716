// PEFT's patterns: numbers by the end of a layer's path. Names are regular expressions that match at a dot.
import { Fault } from '../protocol/failure.ts'
import type { ModelOutline } from './method.ts'

export type Pattern = Readonly<Record<string, number>>

const matches = (key: string, path: string): boolean => new RegExp(`^(?:.*\\.)?(?:${key})$`).test(path)

/** PEFT's lookup: the first key, in order, that matches the end of the path at a dot. */
export function byPattern(pattern: Pattern, path: string, fallback: number): number {
  const key = Object.keys(pattern).find((k) => matches(k, path))
  return key === undefined ? fallback : pattern[key]
}

/** The same pattern with at most one key a path: files sort keys, so that another of several would win when read again. */
export function disjoint(pattern: Pattern, paths: Iterable<string>): Pattern {
  const all = [...paths]
  const keys = Object.keys(pattern)
  if (all.every((path) => keys.filter((k) => matches(k, path)).length < 2)) return pattern
  const named = all.filter((path) => keys.some((k) => matches(k, path)))
  // Whole paths, as regular expressions that match nothing else.
  return Object.fromEntries(named.map((path) => [`^${path.replaceAll('.', String.raw`\.`)}`, byPattern(pattern, path, 0)]))
}

/** A name that is no regular expression, or that no layer of the model answers to, is a slip of the hand. */
export function checkPatterns(patterns: Readonly<Record<string, Pattern>>, model: ModelOutline): void {
  for (const [option, pattern] of Object.entries(patterns))
    for (const key of Object.keys(pattern)) {
      let found: boolean
      try {
        found = [...model.linears, ...model.embeddings].some((path) => matches(key, path))
      } catch {
        throw new Fault('bad-recipe', `${option} “${key}” is not a regular expression.`, 'Name layers as q_proj or layers.0.self_attn.q_proj.')
      }
      if (!found) throw new Fault('bad-recipe', `${option} “${key}” matches no layer of this model.`, 'Name layers as q_proj or layers.0.self_attn.q_proj.')
    }
}
