// Every fuzz target at a small count, with the same inputs each time; `npm run fuzz` tries millions, and others every time.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changedBytes } from './changedBytes.ts'
import { changedJson } from './changedJson.ts'
import { SLOWEST_MS, tryInput } from './target.ts'
import { targetIds, targetNamed } from './targets.ts'

/** Two processes share the machine with the gate's others. */
const GENEROUS = 4

test('what comes from outside has a target', () => {
  expect(targetIds).toEqual(['adapter', 'archive', 'config', 'conll', 'download', 'gguf', 'json', 'jsonl', 'parquet', 'recipe', 'repeated', 'safetensors', 'table', 'template', 'tokenizer'])
})

describe('any input is read or refused in a sentence', () => {
  test.each(targetIds)('%s', { timeout: 60_000 }, async (id) => {
    const target = await targetNamed(id)
    let slowest = 0
    await fc.assert(
      fc.asyncProperty(target.inputs, async (input) => {
        const began = performance.now()
        await tryInput(target, input, false)
        slowest = Math.max(slowest, performance.now() - began)
      }),
      { seed: 1, numRuns: target.gateRuns, endOnFailure: true },
    )
    await target.close?.()
    expect(slowest).toBeLessThan(GENEROUS * SLOWEST_MS)
  })
})

describe('what changes inputs', () => {
  test('leaves many whole enough to be read, and breaks many', async () => {
    const target = await targetNamed('safetensors')
    const read = async (input: unknown): Promise<'read' | 'refused'> => {
      try {
        await target.run(input)
        return 'read'
      } catch {
        return 'refused'
      }
    }
    const results = await Promise.all(fc.sample(target.inputs, { seed: 1, numRuns: 500 }).map(read))
    expect(results.filter((r) => r === 'read').length).toBeGreaterThan(20)
    expect(results.filter((r) => r === 'refused').length).toBeGreaterThan(100)
  })
  test('makes other bytes and other JSON of a file, the same for a seed', () => {
    const file = Uint8Array.from({ length: 64 }, (_, i) => i)
    const bytes = fc.sample(changedBytes([file]), { seed: 7, numRuns: 50 })
    expect(bytes.filter((b) => String(b) !== String(file)).length).toBeGreaterThan(30)
    expect(fc.sample(changedBytes([file]), { seed: 7, numRuns: 50 })).toEqual(bytes)
    const texts = fc.sample(changedJson([{ a: [1, { b: 'c' }] }]), { seed: 7, numRuns: 200 })
    expect(new Set(texts).size).toBeGreaterThan(100)
    expect(fc.sample(changedJson([{ a: [1, { b: 'c' }] }]), { seed: 7, numRuns: 200 })).toEqual(texts)
  })
})
