// Names matched against a pattern a person types: `*` any run, `?` one character, `{a,b}` alternatives (nested too).
// Everything else is literal, so a name with dots or brackets needs no escaping. Matches the whole name.

export function matchesGlob(pattern: string, name: string): boolean {
  return expandBraces(pattern).some((p) => matchesStars(p, name))
}

/** `a{b,c{d,e}}` → `ab`, `acd`, `ace`; an unclosed brace is literal. */
function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf('{')
  if (open < 0) return [pattern]
  let depth = 0
  let start = open + 1
  const parts: string[] = []
  for (let i = open; i < pattern.length; i++) {
    const c = pattern[i]
    if (c === '{') depth++
    else if (c === ',' && depth === 1) {
      parts.push(pattern.slice(start, i))
      start = i + 1
    } else if (c === '}' && --depth === 0) {
      parts.push(pattern.slice(start, i))
      const head = pattern.slice(0, open)
      const tails = expandBraces(pattern.slice(i + 1))
      return parts.flatMap(expandBraces).flatMap((part) => tails.map((tail) => head + part + tail))
    }
  }
  return [pattern]
}

/** Greedy match with one step back to the last star: linear in practice, no regular expression to blow up. */
function matchesStars(pattern: string, name: string): boolean {
  let p = 0
  let n = 0
  let star = -1
  let mark = 0
  while (n < name.length) {
    const c = pattern[p]
    if (c === '*') {
      star = p++
      mark = n
    } else if (p < pattern.length && (c === '?' || c === name[n])) {
      p++
      n++
    } else if (star >= 0) {
      p = star + 1
      n = ++mark
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
