import { describe, expect, test } from 'vitest'
import { goldenTokenizers } from '../../e2e/golden/tokenizers.ts'
import { streamDecoder } from './streamDecoder.ts'

describe.each(goldenTokenizers.filter((g) => !/bert/.test(g.name)).map((g) => [g.name, g] as const))(
  '%s',
  (_, { tokenizer, cases }) => {
    test('pieces join to the whole text and never hold half a character', () => {
      for (const c of cases.texts) {
        const stream = streamDecoder(tokenizer)
        const pieces = c.ids.map((id) => stream.push(id))
        if (!c.decoded_skip_special.includes('\ufffd')) for (const p of pieces) expect(p).not.toContain('\ufffd')
        expect(pieces.join('') + stream.end(), c.text).toBe(c.decoded_skip_special)
      }
    })
  },
)
