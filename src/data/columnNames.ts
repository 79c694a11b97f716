// Names for the columns of a table: its header row, or for a table without one, names from what the columns hold.

/** Names that say a first row is a header, and that the recogniser reads. */
const KNOWN_COLUMNS: ReadonlySet<string> = new Set([
  'text',
  'prompt',
  'completion',
  'response',
  'instruction',
  'input',
  'output',
  'messages',
  'conversations',
  'question',
  'answer',
  'label',
  'category',
  'intent',
  'class',
  'sentiment',
  'target',
  'sentence',
  'review',
  'query',
  'content',
  'chosen',
  'rejected',
  'context',
  'id',
])

/** @param asked whether the first row is a header, where a person said so */
export function columnNames(rows: readonly (readonly string[])[], asked?: boolean): { names: string[]; header: boolean } {
  const [first = [], ...rest] = rows
  const cells = first.map((c) => c.trim())
  const named = cells.some((c) => KNOWN_COLUMNS.has(c.toLowerCase()))
  // Data betrays itself by long cells, numbers or a value that returns further down.
  const dataLike = cells.some(
    (c, i) =>
      c === '' || c.length > 40 || /^[-+]?\d+(\.\d+)?$/.test(c) || rest.slice(0, 50).some((r) => (r[i] ?? '').trim() === c),
  )
  if (asked ?? (named || !dataLike)) return { names: unique(cells.map((c, i) => c || `column${i + 1}`)), header: true }
  return { names: guessed(rows, first.length), header: false }
}

/** Two columns, one long and one with few values: a text and its label. Otherwise numbered names. */
function guessed(rows: readonly (readonly string[])[], count: number): string[] {
  const numbered = Array.from({ length: count }, (_, i) => `column${i + 1}`)
  if (count === 1) return ['text']
  if (count > 2) return guessedAmong(rows, numbered)
  const values = [0, 1].map((i) => rows.map((r) => (r[i] ?? '').trim()))
  const meanLength = values.map((v) => v.reduce((n, s) => n + s.length, 0) / Math.max(1, v.length))
  const label = meanLength[0] < meanLength[1] ? 0 : 1
  const distinct = new Set(values[label]).size
  if (distinct > Math.max(2, rows.length / 2)) return numbered
  return label === 0 ? ['label', 'text'] : ['text', 'label']
}

/** Of more columns the longest is the text, and the last that holds few values, over and over, the label. */
function guessedAmong(rows: readonly (readonly string[])[], numbered: readonly string[]): string[] {
  const columns = numbered.map((_, i) => rows.map((r) => (r[i] ?? '').trim()))
  const lengths = columns.map((c) => c.reduce((n, s) => n + s.length, 0))
  const text = lengths.indexOf(Math.max(...lengths))
  const label = columns.findLastIndex((c, i) => {
    const distinct = new Set(c).size
    return i !== text && distinct > 1 && distinct <= Math.max(2, rows.length / 2)
  })
  if (label < 0 || new Set(columns[text]).size <= rows.length / 2) return [...numbered]
  return numbered.map((name, i) => (i === text ? 'text' : i === label ? 'label' : name))
}

function unique(names: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return names.map((name) => {
    const n = (seen.get(name) ?? 0) + 1
    seen.set(name, n)
    return n === 1 ? name : `${name}_${n}`
  })
}
