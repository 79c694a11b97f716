// Numbers as people read them, in the language that is spoken: grouped, rounded to what matters, and with their unit.
import { locale, say } from './words/language.ts'
import type { Words } from './words/en.ts'

/** One formatter for each language: making one costs far more than using it. */
function inLocale<T>(make: (tag: string) => T): () => T {
  const made = new Map<string, T>()
  return () => {
    const tag = locale()
    const found = made.get(tag) ?? make(tag)
    made.set(tag, found)
    return found
  }
}
const whole = inLocale((tag) => new Intl.NumberFormat(tag, { maximumFractionDigits: 0 }))
const short = inLocale((tag) => new Intl.NumberFormat(tag, { maximumSignificantDigits: 3 }))
/** What is always written out with so many digits, with the sign that stands before decimals here. */
export const withDecimals = (text: string): string => (locale().startsWith('en') ? text : text.replace('.', ','))

export const formatCount = (n: number): string => whole().format(n)

/** “1 row”, “2 rows”. */
export const formatOf = (n: number, noun: keyof Words['nouns']): string => formatCounted(n, say().nouns[noun])
/** @param forms of one, of more */
export const formatCounted = (n: number, [one, many]: readonly [string, string]): string => `${(n < 100 ? short() : whole()).format(n)} ${n === 1 ? one : many}`

const scaled = (n: number, units: readonly string[]): string => {
  let i = 0
  let left = n
  while (left >= 999.5 && i < units.length - 1) {
    left /= 1000
    i += 1
  }
  return `${short().format(left)}${units[i] ?? ''}`
}

/** 3148800 → “3.15 M”. */
export const formatShort = (n: number): string => scaled(n, say().numbers.magnitudes)
export const formatBytes = (n: number): string => scaled(n, [' B', ' kB', ' MB', ' GB', ' TB'])

export function formatShare(part: number, total: number): string {
  if (total <= 0) return '–'
  const percent = (100 * part) / total
  if (percent > 0 && percent < 0.1) return `< ${withDecimals('0.1')} %`
  return `${percent < 10 ? short().format(Math.round(percent * 10) / 10) : whole().format(percent)} %`
}

export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (seconds < 600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`.replace(/ 60 s$/, ' 59 s')
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export const formatLoss = (loss: number | undefined): string =>
  loss === undefined ? '–' : Number.isFinite(loss) ? withDecimals(loss.toFixed(loss < 10 ? 3 : 1)) : say().numbers.notFinite

/** Learning rates and norms span many powers of ten. */
export function formatSmall(n: number): string {
  if (n === 0) return '0'
  const size = Math.abs(n)
  return size < 0.001 || size >= 100_000 ? withDecimals(n.toExponential(size < 1e-9 ? 0 : 2).replace(/\.?0+e/, 'e')) : short().format(n)
}

/** What stands in a number field: every digit, no grouping. */
export const formatInput = (n: number): string => (Number.isFinite(n) ? withDecimals(String(n)) : '')

/** A typed number, or NaN. A decimal comma counts as a point, as many keyboards type it. */
export const parseInput = (text: string): number => {
  const clean = text.trim().replace(/^(-?\d*),(\d+)$/, '$1.$2')
  return clean === '' ? Number.NaN : Number(clean)
}

const date = inLocale((tag) => new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }))
export const formatDate = (at: number): string => date().format(at)

const clock = inLocale((tag) => new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit' }))
export const formatClock = (at: number): string => clock().format(at)
