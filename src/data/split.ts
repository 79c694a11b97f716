// Holds rows out for validation. Invariant: rows of equal content, whatever their case and punctuation, land on one side, so
// that validation never scores what was trained; both sides keep the file's order.
import { bits } from '../lib/rng.ts'
import { fingerprints } from './fingerprints.ts'
import { ChosenRows, type Rows } from './rows.ts'

/** @param among numbers of the rows to be split; all when not given */
export function splitRows(rows: Rows, share: number, seed: number, among?: ArrayLike<number>): { train: Rows; validation: Rows } {
  const { loose, stream, keyLength } = fingerprints(rows)
  const numbers = among ?? Uint32Array.from({ length: rows.length }, (_, i) => i)
  const wanted = Math.round(numbers.length * share)
  const groups = new Map<number, number>()
  const groupOf = new Uint32Array(numbers.length)
  const draws: number[] = []
  const sizes: number[] = []
  for (let n = 0; n < numbers.length; n++) {
    const i = numbers[n]
    let group = groups.get(loose[i])
    if (group === undefined) {
      groups.set(loose[i], (group = groups.size))
      // By content, not by place: adding a row to the file moves no other row to the other side of the cut's order.
      draws.push(bits(seed, stream[i], keyLength[i]))
      sizes.push(0)
    }
    groupOf[n] = group
    sizes[group]++
  }
  const held = new Uint8Array(groups.size)
  let taken = 0
  if (wanted > 0 && groups.size > 1)
    for (const group of Array.from(draws.keys()).sort((a, b) => draws[a] - draws[b])) {
      if (taken + sizes[group] > wanted) continue
      held[group] = 1
      taken += sizes[group]
    }
  const side = (bit: number, count: number): Rows => {
    const chosen = new Uint32Array(count)
    let at = 0
    for (let n = 0; n < numbers.length; n++) if (held[groupOf[n]] === bit) chosen[at++] = numbers[n]
    return new ChosenRows(rows, chosen)
  }
  return { train: side(0, numbers.length - taken), validation: side(1, taken) }
}
