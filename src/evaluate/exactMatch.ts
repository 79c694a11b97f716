// Whether an answer is the expected one, spaces aside. Case and punctuation count.

export function exactMatch(answer: string, expected: string): boolean {
  return normalise(answer) === normalise(expected)
}

/** Outer spaces cut, inner runs as one. */
export function normalise(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/g, ' ')
}
