// Finds keys that occur twice in a JSON object. `JSON.parse` silently keeps the last one, but two tensors of one
// name mean that a file was tampered with or badly written. Expects text that `JSON.parse` accepts.

/** Keys of the outermost object that occur more than once. */
export function repeatedKeys(json: string): string[] {
  const seen = new Set<string>()
  const repeated: string[] = []
  let depth = 0
  for (let i = 0; i < json.length; i++) {
    const c = json[i]
    if (c === '{' || c === '[') depth++
    else if (c === '}' || c === ']') depth--
    else if (c === '"') {
      const start = i
      while (json[++i] !== '"') if (json[i] === '\\') i++
      if (depth !== 1 || !/^\s*:/.test(json.slice(i + 1, i + 9))) continue
      const key = JSON.parse(json.slice(start, i + 1)) as string
      if (seen.has(key)) repeated.push(key)
      seen.add(key)
    }
  }
  return repeated
}
