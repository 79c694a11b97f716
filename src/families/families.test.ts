// Every family against transformers, in double precision on the CPU oracle: tiny models whose weights a formula gives
// (scripts/golden/family_logits.py), a longer and a shorter text, and the gradient-free part of every attention variant.
import { describe, expect, it } from 'vitest'
import golden from '../../e2e/golden/families.json'
import { interpret } from '../engine/interpret.ts'
import { sizeOf } from '../graph/shape.ts'
import { outline } from '../train/census.ts'
import { traceLogits } from '../train/step.ts'
import { placeVirtual } from '../train/virtualTokens.ts'
import type { Family } from './family.ts'
import { families } from './registry.ts'

interface Golden {
  readonly family: string
  readonly task: string
  readonly config: Readonly<Record<string, unknown>>
  readonly ids: readonly (readonly number[])[]
  readonly lengths: readonly number[]
  /** Token types, of pairs. */
  readonly types?: readonly (readonly number[])[]
  readonly logits: readonly (readonly number[])[]
}

function weight(name: string, shape: readonly number[]): Float64Array {
  const h = ([...name].reduce((sum, c, i) => sum + (i + 1) * c.charCodeAt(0), 0) % 1000) / 100
  const lift = shape.length === 1 && name.endsWith('weight') ? 1 : 0
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => lift + 0.4 * Math.sin(1.7 * i + h))
}

/** Largest difference over largest magnitude. */
function logitError(family: Family, { config: json, ids, lengths, types, logits, task }: Golden): number {
  const config = family.config(json)
  const [B, T] = [ids.length, ids[0].length]
  const places = { B, T, positions: new Int32Array(B * T), segments: new Int32Array(B * T).fill(-1), ...(types && { tokenTypes: Int32Array.from(types.flat()) }) }
  const rows: number[] = []
  lengths.forEach((length, b) => {
    for (let i = 0; i < length; i++) [places.positions[b * T + i], places.segments[b * T + i]] = [i, 0]
    const last = b * T + length - 1
    rows.push(...(task === 'sequence' || task === 'pair' ? [family.pooled === 'first' ? b * T : last] : [last - 1, last]))
  })
  const subject = { family, config, attachments: [], layout: { windows: new Map(), length: 64 }, dtypeOf: () => 'f32' as const }
  const { graph, logits: found } = traceLogits(subject, { batch: B, length: T, lead: true }, rows.length)
  const { positions, segments, 'token types': tokenTypes } = placeVirtual(places, { prompt: 0, prefix: 0 }).inputs
  const sources = new Map<string, ArrayLike<number>>([
    ['tokens', ids.flat()],
    ['positions', positions],
    ['segments', segments],
    ['token types', tokenTypes],
    ['rows', rows],
    ...outline(family, config).manifest.map(({ name, shape }) => [name, weight(name, shape)] as const),
  ])
  const values = interpret(graph, sources)(found)
  const expected = logits.flat()
  expect(values.length).toBe(expected.length)
  return Math.max(...expected.map((x, i) => Math.abs(x - values[i]))) / Math.max(...expected.map(Math.abs))
}

describe('a family equals transformers', () => {
  it('and none is left out', () => expect([...new Set(golden.map((g) => g.family))].toSorted()).toEqual([...families.keys()].toSorted()))
  for (const g of golden as readonly Golden[]) {
    // transformers keeps float32 islands (norms, rotary tables) in its float64 run.
    it(`${g.family}, ${g.task}`, () => expect(logitError(families.get(g.family)!, g)).toBeLessThan(2e-6))
  }
})
