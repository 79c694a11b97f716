// Words with labels as one line of text, [New York](LOC) being a labelled stretch: what a model for TOKEN_CLS answers, read
// back by the page. Stretches are the chunks that conlleval and seqeval count: B-, I-, E- and S- before a kind, O for none.

export interface Stretch {
  /** First word, and the one behind the last. */
  readonly start: number
  readonly end: number
  readonly label: string
}

/** Tags that mark stretches of words, as opposed to one kind a word. */
const MARKED = /^(O|[BIESLU]-.+)$/

/** Whether these labels mark stretches (B-PER, I-PER, O) and not one kind a word (NOUN, VERB). */
export const marksStretches = (labels: readonly string[]): boolean => labels.every((l) => MARKED.test(l)) && labels.some((l) => l !== 'O')

/** The tag of conlleval, L and U of the BILOU scheme being E and S; and the kind, empty for O. */
function split(label: string): readonly [tag: string, kind: string] {
  if (!MARKED.test(label) || label === 'O') return ['O', '']
  const tag = label[0]
  return [tag === 'L' ? 'E' : tag === 'U' ? 'S' : tag, label.slice(2)]
}

/** Stretches in order. A word's I- begins one where nothing of its kind goes before it. */
export function stretchesOf(labels: readonly string[]): Stretch[] {
  const found: Stretch[] = []
  let open: { start: number; label: string } | undefined
  let [before, kindBefore] = ['O', '']
  for (let i = 0; i <= labels.length; i++) {
    const [tag, kind] = i < labels.length ? split(labels[i]) : ['O', '']
    const ends = before !== 'O' && (before === 'E' || before === 'S' || tag === 'B' || tag === 'S' || tag === 'O' || kind !== kindBefore)
    if (ends && open) {
      found.push({ ...open, end: i })
      open = undefined
    }
    const starts = tag !== 'O' && (tag === 'B' || tag === 'S' || before === 'O' || before === 'E' || before === 'S' || kind !== kindBefore)
    if (starts) open = { start: i, label: kind }
    ;[before, kindBefore] = [tag, kind]
  }
  return found
}

/** @param gaps what stands before each word; unsaid: a space before all but the first */
export function taggedText(words: readonly string[], labels: readonly string[], gaps: readonly string[] = words.map((_, i) => (i === 0 ? '' : ' '))): string {
  const stretches = marksStretches(labels) || labels.every((l) => l === 'O') ? stretchesOf(labels) : labels.map((label, i) => ({ start: i, end: i + 1, label }))
  let text = ''
  let at = 0
  const plain = (to: number): void => {
    for (; at < to; at++) text += gaps[at] + words[at]
  }
  for (const { start, end, label } of stretches) {
    plain(start)
    text += `${gaps[start]}[${words.slice(start, end).map((w, i) => (i === 0 ? w : gaps[start + i] + w)).join('')}](${label})`
    at = end
  }
  plain(words.length)
  return text
}

export interface Piece {
  readonly text: string
  readonly label?: string
}

/** Pieces of such a line, in order. */
export function readTagged(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const match of text.matchAll(/\[([^\]]+)\]\(([^()]+)\)/g)) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index) })
    pieces.push({ text: match[1], label: match[2] })
    at = match.index + match[0].length
  }
  if (at < text.length) pieces.push({ text: text.slice(at) })
  return pieces
}
