// \s of a tokenizer's patterns as Rust's regex reads it, which is Unicode's White_Space: JavaScript's also takes U+FEFF in and
// leaves U+0085 out. The library's own pattern for byte-level splitting is written out for the same reason, and so are those for
// words and digits, which it looks for among ASCII alone.
import { isRecord, type JsonObject } from '../protocol/record.ts'

/** GPT-2's, from tokenizers/src/pre_tokenizers/byte_level.rs. */
const BYTE_LEVEL = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

/** \w+|[^\w\s]+ as Rust's regex reads it. */
export const WORDS = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+`
/** Rust's is_numeric. */
export const NUMBERS = { each: String.raw`\p{N}`, runs: String.raw`\p{N}+` }

/** A pattern with every \s and \S written out, inside classes too; an escaped backslash before the letter is left alone. */
export const withUnicodeSpaces = (pattern: string): string =>
  pattern.replace(/\\([\s\S])/g, (found, letter: string) => (letter === 's' ? String.raw`\p{White_Space}` : letter === 'S' ? String.raw`\P{White_Space}` : found))

/** A tokenizer.json whose patterns say so. */
export const whitespaceAsPython = (json: JsonObject): JsonObject => ({ ...json, ...(json['pre_tokenizer'] !== undefined && { pre_tokenizer: rewritten(json['pre_tokenizer']) }) })

function rewritten(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(rewritten)
  if (!isRecord(part)) return part
  if (part['type'] === 'Whitespace') return { type: 'Split', pattern: { Regex: WORDS }, behavior: 'Removed', invert: true }
  if (part['type'] === 'Digits') return { type: 'Split', pattern: { Regex: part['individual_digits'] === true ? NUMBERS.each : NUMBERS.runs }, behavior: 'Isolated', invert: false }
  // One that puts a space in front does so before it splits, which two steps would do for every piece.
  if (part['type'] === 'ByteLevel' && part['use_regex'] !== false && part['add_prefix_space'] !== true) {
    const split = { type: 'Split', pattern: { Regex: withUnicodeSpaces(BYTE_LEVEL) }, behavior: 'Isolated', invert: false }
    return { type: 'Sequence', pretokenizers: [split, { ...part, use_regex: false }] }
  }
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, key === 'Regex' && typeof value === 'string' ? withUnicodeSpaces(value) : rewritten(value)]))
}
