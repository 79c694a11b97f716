// Sentences that the studio's other rooms say in English, turned into the language that is spoken: failures, findings, what
// declarations say of themselves. A table has them by the English one, with {} for each part that is put in.

/** Keys: English sentences; values: the same, with {} in the same order or {1}, {2}, … in another. */
export type Sentences = Readonly<Record<string, string>>

export interface Told {
  readonly text: string
  /** False where the table lacks it, and the text is still English. */
  readonly isKnown: boolean
}

/** A failure may end in a sentence of its own cause, and that in a list; no deeper. */
const DEEPEST = 3
/** Texts remembered; the page shows far fewer at a time. */
const MOST_KEPT = 500

const hasWords = (text: string): boolean => /\p{L}/u.test(text)

export function sentences(table: Sentences): (text: string) => Told {
  const patterns = Object.keys(table)
    .filter((key) => key.includes('{}'))
    .map((key) => ({ key, pieces: key.split('{}') }))
    // The one that says most of the text itself is meant.
    .toSorted((a, b) => b.key.length - a.key.length)
  const kept = new Map<string, Told>()

  function find(text: string, depth: number): Told {
    const exact = Object.hasOwn(table, text) ? table[text] : undefined
    if (exact !== undefined) return { text: exact, isKnown: true }
    for (const { key, pieces } of patterns) {
      const parts = partsOf(text, pieces)
      if (!parts) continue
      const said = parts.map((part) => (depth < DEEPEST && hasWords(part) ? within(part, depth + 1) : { text: part, isKnown: true }))
      return { text: filled(table[key] ?? '', said.map((s) => s.text)), isKnown: hasWords(key) || said.every((s) => s.isKnown) }
    }
    // Several sentences in a row, each of its own.
    const each = depth < DEEPEST ? text.split(/(?<=[.!?]) (?=[\p{Lu}“])/u) : []
    if (each.length > 1) {
      const said = each.map((one) => find(one, depth + 1))
      return { text: said.map((s) => s.text).join(' '), isKnown: said.every((s) => s.isKnown) }
    }
    return { text, isKnown: !hasWords(text) }
  }

  /** A part keeps the spaces around it. */
  function within(part: string, depth: number): Told {
    const words = part.trim()
    const { text, isKnown } = find(words, depth)
    return { text: part.replace(words, () => text), isKnown }
  }

  return (text) => {
    const was = kept.get(text)
    if (was) return was
    const found = find(text, 0)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(text, found)
    return found
  }
}

/** What stands in the gaps of a pattern, or undefined. Each piece is taken where it first occurs: no search goes back, however long a name is. */
function partsOf(text: string, pieces: readonly string[]): readonly string[] | undefined {
  const [first = '', ...rest] = pieces
  const last = rest.pop() ?? ''
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return undefined
  const end = text.length - last.length
  const parts: string[] = []
  let at = first.length
  for (const piece of rest) {
    const next = text.indexOf(piece, at)
    if (next < 0 || next + piece.length > end) return undefined
    parts.push(text.slice(at, next))
    at = next + piece.length
  }
  return [...parts, text.slice(at, end)]
}

function filled(pattern: string, parts: readonly string[]): string {
  let next = 0
  return pattern.replaceAll(/\{(\d?)\}/g, (_, number: string) => parts[number === '' ? next++ : Number(number) - 1] ?? '')
}
