// Hashes of every row of a dataset, taken once: what splits, finds doubles and finds leaks compares numbers, not texts.
import { streamOf } from '../lib/rng.ts'
import { rowKey, rowTexts } from './row.ts'
import type { Rows } from './rows.ts'

export interface Fingerprints {
  /** Equal for rows of equal content. */
  readonly exact: Float64Array
  /** Equal for rows that differ in case, white space and punctuation at most. */
  readonly loose: Float64Array
  /** What a row draws its place in a split from. */
  readonly stream: Uint32Array
  readonly keyLength: Uint32Array
}

const known = new WeakMap<Rows, Fingerprints>()

export function fingerprints(rows: Rows): Fingerprints {
  const before = known.get(rows)
  if (before?.exact.length === rows.length) return before
  const { length } = rows
  const made = { exact: new Float64Array(length), loose: new Float64Array(length), stream: new Uint32Array(length), keyLength: new Uint32Array(length) }
  let i = 0
  for (const row of rows) {
    const key = rowKey(row)
    made.exact[i] = hash53(key)
    made.loose[i] = looseHash(rowTexts(row))
    made.stream[i] = streamOf(key)
    made.keyLength[i++] = key.length
  }
  known.set(rows, made)
  return made
}

/** 53 bits: of a million different texts, two are equal once in 18,000 datasets. */
class Hash53 {
  private a = 0xdeadbeef
  private b = 0x41c6ce57

  add(code: number): void {
    this.a = Math.imul(this.a ^ code, 0x9e3779b1)
    this.b = Math.imul(this.b ^ code, 0x5f356495)
  }
  get value(): number {
    const a = Math.imul(this.a ^ (this.a >>> 16), 0x85ebca6b) ^ Math.imul(this.b ^ (this.b >>> 13), 0xc2b2ae35)
    const b = Math.imul(this.b ^ (this.b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
    return (b >>> 0) * 0x200000 + (a >>> 11)
  }
}

function hash53(text: string): number {
  const hash = new Hash53()
  for (let i = 0; i < text.length; i++) hash.add(text.charCodeAt(i))
  return hash.value
}

const SPACE = 32
const NEXT_TEXT = 1
/** What each ASCII character counts as: itself in lower case, or a space for white space and punctuation. */
const FOLDED = Uint8Array.from({ length: 128 }, (_, code) => {
  const c = String.fromCharCode(code)
  return /[\s\p{P}]/u.test(c) ? SPACE : c.toLowerCase().charCodeAt(0)
})

function looseHash(texts: readonly string[]): number {
  const hash = new Hash53()
  for (const given of texts) {
    const text = isAscii(given) ? given : given.toLowerCase().replace(/[\s\p{P}]+/gu, ' ')
    let space = false
    let isStarted = false
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      const folded = code < 128 ? FOLDED[code] : code
      if (folded === SPACE) {
        space = isStarted
        continue
      }
      if (space) hash.add(SPACE)
      space = false
      isStarted = true
      hash.add(folded)
    }
    hash.add(NEXT_TEXT)
  }
  return hash.value
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}
