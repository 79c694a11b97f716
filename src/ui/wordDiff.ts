// What differs between two texts, word by word: the longest common subsequence of words stays, the rest is gone or new.
// https://doi.org/10.1145/360825.360861

export interface DiffPiece {
  readonly text: string
  readonly kind: 'same' | 'gone' | 'new'
}

export interface WordDiff {
  /** The first text: `same` and `gone`, joined it is the text. */
  readonly first: readonly DiffPiece[]
  /** The second text: `same` and `new`. */
  readonly second: readonly DiffPiece[]
  /** Words that both have in order, of the words of each. */
  readonly shared: number
  readonly words: readonly [number, number]
}

/** Longer middles count as different altogether, so that no pair of texts takes long. */
const MOST_CELLS = 4_000_000

/** Each word with the space before it; space at the end is a word of its own. */
const wordsOf = (text: string): string[] => text.match(/\s*\S+|\s+$/g) ?? []

export function wordDiff(before: string, after: string): WordDiff {
  const [a, b] = [wordsOf(before), wordsOf(after)]
  // Words are the same whatever space stands before them.
  const alike = (i: number, j: number): boolean => a[i].trim() === b[j].trim()
  let start = 0
  while (start < a.length && start < b.length && alike(start, start)) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && alike(a.length - 1 - end, b.length - 1 - end)) end++
  const [inA, inB] = [new Set<number>(), new Set<number>()]
  const keep = (i: number, j: number): void => {
    inA.add(i)
    inB.add(j)
  }
  for (let i = 0; i < start; i++) keep(i, i)
  for (let i = 1; i <= end; i++) keep(a.length - i, b.length - i)
  const [n, m] = [a.length - start - end, b.length - start - end]
  if (n > 0 && m > 0 && n * m <= MOST_CELLS) {
    // longest[i][j]: of the words from i and j on.
    const longest = new Uint16Array((n + 1) * (m + 1))
    const at = (i: number, j: number): number => i * (m + 1) + j
    for (let i = n - 1; i >= 0; i--)
      for (let j = m - 1; j >= 0; j--) longest[at(i, j)] = alike(start + i, start + j) ? longest[at(i + 1, j + 1)] + 1 : Math.max(longest[at(i + 1, j)], longest[at(i, j + 1)])
    for (let i = 0, j = 0; i < n && j < m; ) {
      if (alike(start + i, start + j)) keep(start + i++, start + j++)
      else if (longest[at(i + 1, j)] >= longest[at(i, j + 1)]) i++
      else j++
    }
  }
  return { first: pieces(a, inA, 'gone'), second: pieces(b, inB, 'new'), shared: inA.size, words: [a.length, b.length] }
}

/** Neighbours of a kind as one piece. */
function pieces(words: readonly string[], kept: ReadonlySet<number>, otherwise: 'gone' | 'new'): DiffPiece[] {
  const found: { text: string; kind: DiffPiece['kind'] }[] = []
  for (const [i, text] of words.entries()) {
    const kind = kept.has(i) ? 'same' : otherwise
    const last = found.at(-1)
    if (last?.kind === kind) last.text += text
    else found.push({ text, kind })
  }
  return found
}
