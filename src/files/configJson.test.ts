import { expect, it } from 'vitest'
import { configJson } from './configJson.ts'

it('keeps the point of whole numbers that transformers takes for floats alone', () => {
  const config = { final_logit_softcapping: 30, attn_logit_softcapping: null, rms_norm_eps: 1e-6, hidden_size: 30, temperature: 2, nested: { repetition_penalty: 1, top_k: 5 }, text: '"temperature": 2,\n' }
  const written = configJson(config)
  expect(JSON.parse(written)).toEqual(config)
  expect(written).toContain('"final_logit_softcapping": 30.0,\n')
  expect(written).toContain('"temperature": 2.0,\n')
  expect(written).toContain('"repetition_penalty": 1.0,\n')
  expect(written).toContain('"hidden_size": 30,\n')
  expect(written).toContain('"attn_logit_softcapping": null,\n')
})
