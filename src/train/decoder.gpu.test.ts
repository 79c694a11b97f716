import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { leftOut, realFile } from '../../e2e/golden/goldenFiles.ts'
import { testGpu } from '../engine/testGpu.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { readFolder } from '../files/nodeSource.ts'
import { mount, openModel, subjectOf } from './base.ts'
import { Decoder } from './decoder.ts'
import { generate } from './generate.ts'
import { GREEDY } from './sampleToken.ts'

interface GoldenText {
  readonly cases: readonly {
    readonly prompt: string
    readonly input_ids: readonly number[]
    readonly last_logits_fp32: readonly number[]
    readonly greedy_new_ids: readonly number[]
    readonly greedy_text: string
  }[]
}

const recorded = realFile('stories260K/golden.json')

// A pretrained model of 260 thousand weights, against text and logits that transformers recorded.
describe('stories260K', () => {
  for (const layout of ['hf', 'hf-sharded', 'hf-f16', 'hf-bf16']) {
    it(`continues four prompts as transformers does, stored as ${layout}`, async (context) => {
      const folder = realFile(`stories260K/${layout}`)
      if (!recorded || !folder) {
        console.log(leftOut(`stories260K/${layout}`))
        return context.skip(leftOut(`stories260K/${layout}`))
      }
      const { cases } = JSON.parse(await readFile(recorded, 'utf8')) as GoldenText
      const base = mount(openModel(await openModelFolder(await readFolder(folder))), await testGpu())
      const subject = subjectOf(base, [])
      await base.weights.load(subject.census.weights)
      const prompts = cases.map((c) => Int32Array.from(c.input_ids))
      const count = cases[0].greedy_new_ids.length
      const decoder = await Decoder.make(
        base,
        subject,
        undefined,
        prompts.length,
        Math.max(...prompts.map((p) => p.length)) + count,
      )
      try {
        const found = cases.map((): number[] => [])
        const options = { maxNewTokens: count, sampling: GREEDY, stop: new Set<number>() }
        for await (const { row, token } of generate(decoder, prompts, options)) found[row].push(token)
        for (const [row, c] of cases.entries()) {
          expect([...base.tokenizer().encode(c.prompt, { special: true })]).toEqual(c.input_ids)
          expect(found[row], c.prompt).toEqual(c.greedy_new_ids)
          expect(base.tokenizer().decode([...c.input_ids.slice(1), ...found[row]])).toBe(c.greedy_text)
        }
      } finally {
        decoder.dispose()
        base.weights.dispose()
      }
      expect(base.memory.bytes()).toBe(0)
    })
  }
})
