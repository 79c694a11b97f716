// Whatever values a dataset holds: read, or told, in one sentence. What reads files has its targets in src/cli/fuzz.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dataProblems, mappingProblems, ROLES, type Mapping } from '../protocol/dataRecipe.ts'
import { Fault } from '../protocol/failure.ts'
import { readRecipe } from '../protocol/recipe.ts'
import { markedTurns } from './markedText.ts'
import { recogniser } from './recognise.ts'
import type { Row } from './row.ts'

const numRuns = 150

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
const holds = <T,>(name: string, property: fc.IAsyncProperty<T>) => test(name, async () => await fc.assert(property, { numRuns }))

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
