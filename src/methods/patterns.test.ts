import { describe, expect, it } from 'vitest'
import { families } from '../families/registry.ts'
import { outline } from '../train/census.ts'
import { testSubject } from '../train/testSubject.ts'
import { byPattern, disjoint } from './patterns.ts'
import { attachAll, attachPeft } from './registry.ts'

const family = families.get('llama')!
const config = { hidden_size: 8, intermediate_size: 12, num_hidden_layers: 3, num_attention_heads: 2, vocab_size: 11 }
const model = outline(family, family.config(config))
const tied = outline(family, family.config({ ...config, tie_word_embeddings: true }))
const lora = (options: Record<string, unknown>, on = model) => attachAll([{ id: 'lora', options: options as never }], on)[0].adapterConfig!('base')

describe('patterns', () => {
  const paths = ['model.layers.0.mlp.up_proj', 'model.layers.1.mlp.up_proj', 'model.layers.1.mlp.down_proj', 'model.layers.1.self_attn.q_proj']
  it('give the number of the first key that matches the end of a path at a dot', () => {
    const pattern = { 'up_proj': 3, 'layers.1.mlp.*': 5, '_proj': 7 }
    expect(paths.map((path) => byPattern(pattern, path, 1))).toEqual([3, 3, 5, 1])
  })
  it('are written so that their order means nothing', () => {
    expect(disjoint({ up_proj: 3, q_proj: 4 }, paths)).toEqual({ up_proj: 3, q_proj: 4 })
    const pattern = { 'up_proj': 3, 'layers.1.mlp.*': 5 }
    const written = disjoint(pattern, paths)
    const sorted = Object.fromEntries(Object.entries(written).toSorted(([a], [b]) => (a < b ? 1 : -1)))
    for (const path of paths) expect(byPattern(sorted, path, 1)).toBe(byPattern(pattern, path, 1))
  })
})

describe('the options of LoRA that choose layers', () => {
  const rank = (options: Record<string, unknown>): number[] =>
    testSubject('llama', [{ id: 'lora', options: options as never }], { num_hidden_layers: 2 }).census.trainables.filter((t) => t.key.endsWith('lora_A.weight')).map((t) => t.shape[0])

  it('ranks by pattern', () => {
    expect(rank({ r: 2, target_modules: ['q_proj', 'v_proj'], rank_pattern: { 'layers.1.*v_proj': 5 } })).toEqual([2, 2, 2, 5])
    expect(rank({ r: 2, target_modules: ['q_proj', 'v_proj'], layers_to_transform: [1], exclude_modules: ['v_proj'] })).toEqual([2])
    expect(rank({ r: 2, target_modules: ['all-linear', 'lm_head'], layers_to_transform: [1], layers_pattern: ['layers'] })).toHaveLength(8)
  })
  it('trains whole modules beside', () => {
    const { census } = testSubject('llama', [{ id: 'lora', options: { target_modules: ['q_proj'], modules_to_save: ['lm_head', 'model.norm'] } }])
    expect(census.trainables.map((t) => t.key)).toEqual(expect.arrayContaining(['base_model.model.lm_head.weight', 'base_model.model.model.norm.weight']))
    expect(census.trainables).toHaveLength(4)
  })
  it('comes back from its config', () => {
    const options = { rank_pattern: { q_proj: 3 }, alpha_pattern: { v_proj: 5 }, exclude_modules: ['up_proj'], layers_to_transform: [0, 2], modules_to_save: ['lm_head'], target_modules: ['all-linear'] }
    const written = lora(options)
    expect(written).toMatchObject({ rank_pattern: { q_proj: 3 }, alpha_pattern: { v_proj: 5 }, exclude_modules: ['up_proj'], layers_to_transform: [0, 2], modules_to_save: ['lm_head'] })
    expect(attachPeft(JSON.parse(JSON.stringify(written)) as Record<string, unknown>, model).adapterConfig!('base')).toEqual(written)
  })
  it('says what cannot be', () => {
    expect(() => lora({ rank_pattern: { 'q_proj(': 3 } })).toThrow('rank_pattern “q_proj(” is not a regular expression.')
    expect(() => lora({ alpha_pattern: { c_attn: 3 } })).toThrow('alpha_pattern “c_attn” matches no layer of this model.')
    expect(() => lora({ rank_pattern: { q_proj: 0 } })).toThrow('rank_pattern must be between 1 and 1024, found 0.')
    expect(() => lora({ layers_to_transform: [7] })).toThrow('with layers_to_transform matches no layer of this model.')
    expect(() => lora({ modules_to_save: ['classifier'] })).toThrow('modules_to_save “classifier” matches no module of this model.')
    expect(() => lora({ modules_to_save: ['lm_head'] }, tied)).toThrow('whose weights this model shares between embedding and head')
    expect(() => lora({ modules_to_save: ['embed_tokens'] }, tied)).toThrow('whose weights this model shares between embedding and head')
    expect(() => lora({ use_dora: true, target_modules: ['embed_tokens'] })).toThrow('DoRA works on linear layers, and model.embed_tokens is an embedding.')
    expect(() => lora({ use_dora: true, init_lora_weights: 'pissa' })).toThrow('they cannot be joined')
    expect(() => lora({ r: 9, init_lora_weights: 'olora' })).toThrow('Rank 9 is more than model.layers.0.self_attn.q_proj [8,8] has to start from.')
  })
})
