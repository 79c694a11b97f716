// A head that differs from the embedding unties the model; an equal or absent one does not.
import { describe, expect, it } from 'vitest'
import type { TensorEntry } from './readTensors.ts'
import { withTrueTying } from './tiedHead.ts'

function entry(name: string, values: readonly number[]): TensorEntry {
  const data = Uint8Array.from(values)
  return {
    name,
    dtype: 'U8',
    shape: [values.length],
    bytes: values.length,
    read: () => Promise.resolve(data),
    readF32: () => Promise.resolve(Float32Array.from(values)),
    async *stream() {
      yield data.slice(0, 2)
      yield data.slice(2)
    },
  }
}
const model = (head?: readonly number[]) =>
  new Map([entry('model.embed_tokens.weight', [1, 2, 3]), ...(head ? [entry('lm_head.weight', head)] : [])].map((t) => [t.name, t]))
const tied = async (config: Record<string, unknown>, head?: readonly number[]) => (await withTrueTying(config, model(head)))['tie_word_embeddings']

describe('withTrueTying', () => {
  it('unties when the file holds another head', async () => {
    expect(await tied({ tie_word_embeddings: true }, [1, 2, 4])).toBe(false)
    expect(await tied({}, [1, 2])).toBe(false)
  })
  it('leaves the config alone otherwise', async () => {
    expect(await tied({ tie_word_embeddings: true }, [1, 2, 3])).toBe(true)
    expect(await tied({ tie_word_embeddings: true })).toBe(true)
    expect(await tied({ tie_word_embeddings: false }, [9])).toBe(false)
    expect(await tied({}, [1, 2, 3])).toBeUndefined()
  })
})
