import { describe, expect, it } from 'vitest'
import { familyOf, families } from '../families/registry.ts'
import { census, outline } from '../train/census.ts'
import { expandPreset } from '../protocol/expandPreset.ts'
import type { Fault } from '../protocol/failure.ts'
import type { ModelOutline } from './method.ts'
import { presets } from './presets.ts'
import { attachAll, attachPeft, methodOf, methods } from './registry.ts'
import { fullMatch, resolveTargets } from './targets.ts'

const llama = { hidden_size: 8, intermediate_size: 12, num_hidden_layers: 3, num_attention_heads: 2, vocab_size: 11, attention_bias: true }
const family = familyOf('llama')
const model: ModelOutline = outline(family, family.config(llama))

describe('the registry of methods', () => {
  it('finds each by its id, with all that the page shows', () => {
    expect([...methods.keys()].slice(0, 1)).toEqual(['lora'])
    for (const [id, method] of methods) {
      expect(methodOf(id)).toBe(method)
      expect(method.id).toBe(id)
      for (const text of [method.label, method.summary, method.paper]) expect(text).not.toBe('')
      expect(method.paper).toMatch(/^https:/)
      expect(method.defaultLearningRate).toBeGreaterThan(0)
    }
    expect(new Set([...methods.values()].map((m) => m.label)).size).toBe(methods.size)
  })

  it('answers an unknown id with the known ones', () => {
    expect(() => methodOf('lorra')).toThrow(`There is no method “lorra”; known ones are ${[...methods.keys()].join(', ')}.`)
    expect(() => attachAll([{ id: 'lorra', options: {} }], model)).toThrow('There is no method “lorra”')
    expect(() => familyOf('llamma')).toThrow(
      `Models of type “llamma” cannot be trained yet; ${[...families.keys()].join(', ')} can.`,
    )
    expect(() => attachPeft({ peft_type: 'WAVES' }, model)).toThrow('Adapters of PEFT’s type WAVES cannot be read.')
  })

  it('rejects a method listed twice, and full tuning beside another', () => {
    const [lora, full] = ['lora', 'full'].map((id) => ({ id, options: {} }))
    expect(() => attachAll([lora, lora], model)).toThrow('A method is listed twice (lora, lora).')
    expect(() => attachAll([lora, full], model)).toThrow('Full tuning trains every weight already')
    expect(() => attachAll([lora, { id: 'hypernetwork', options: {} }], model)).toThrow('A hypernetwork makes an adapter for each task out of itself alone, so it cannot be joined with another method.')
    expect(() => attachAll([{ id: 'hypernetwork', options: {} }], { ...model, taskType: 'SEQ_CLS' })).toThrow('A hypernetwork makes adapters for models that write text')
  })

  it('says why two methods cannot be joined, and offers to take either away', () => {
    const join = (...ids: string[]): unknown => attachAll(ids.map((id) => ({ id, options: {} })), model)
    expect(() => join('prefix_tuning', 'p_tuning_v2')).toThrow('Prefix tuning and P-tuning v2 cannot be joined: both bring virtual tokens that stand before the text.')
    expect(() => join('lora', 'prompt_tuning', 'prefix_tuning')).toThrow('Prompt tuning and Prefix tuning cannot be joined')
    const gpt2 = familyOf('gpt2')
    const biased = outline(gpt2, gpt2.config({ n_embd: 8, n_layer: 2, n_head: 2, vocab_size: 11 }))
    const choices = [{ id: 'bitfit', options: {} }, { id: 'lora', options: { bias: 'all' } }]
    expect(() => attachAll(choices, biased)).toThrow('BitFit and LoRA cannot be joined: both train transformer.h.0.ln_1.bias.')
    try {
      join('prompt_tuning', 'p_tuning')
      expect.unreachable()
    } catch (error) {
      expect((error as Fault).remedies).toEqual([{ kind: 'without', method: 'prompt_tuning' }, { kind: 'without', method: 'p_tuning' }])
    }
    // What trains other tensors joins.
    expect(attachAll([{ id: 'lora', options: {} }, { id: 'bottleneck', options: {} }, { id: 'prefix_tuning', options: {} }], model)).toHaveLength(3)
  })

  it('says that there is nothing to train, and what can be done instead', () => {
    const bare: ModelOutline = outline(family, family.config({ ...llama, attention_bias: false }))
    const fault = (id: string, options: Record<string, string[]>, on: ModelOutline): Fault => {
      try {
        attachAll([{ id, options }], on)
      } catch (error) {
        return error as Fault
      }
      throw new Error(`${id} should refuse`)
    }
    const none = fault('bitfit', {}, bare)
    expect(none.message).toBe('This llama model has no biases, so BitFit has nothing to train.')
    expect(none.remedies).toContainEqual({ kind: 'instead', of: 'bitfit', use: 'lora' })
    const others = fault('bitfit', { bias_modules: ['down_proj'] }, model)
    expect(others.message).toBe('No bias of this model belongs to down_proj, so BitFit has nothing to train.')
    expect(others.hint).toBe('Use all, or modules that have biases: q_proj, k_proj, v_proj, o_proj.')
    expect(fault('bottleneck', { leave_out: ['0', '1', '2'] }, model).message).toBe('leave_out names every layer of this model, so no adapter is left to train.')
    expect(fault('bottleneck', { leave_out: ['3'] }, model).message).toBe('leave_out names layer "3", and this model has the layers 0 to 2.')
    for (const id of ['lora', 'ia3', 'vera', 'gated_lora']) {
      const { message, hint } = fault(id, { target_modules: ['nothing'] }, model)
      expect(message, id).toBe('target_modules ["nothing"] matches no layer of this model.')
      expect(hint, id).toContain('down_proj')
    }
  })

  it('has presets whose methods take the options they give', () => {
    for (const { id, methods: list } of presets) expect(attachAll(list, model), id).toHaveLength(list.length)
    expect(expandPreset({ name: 'x', methods: 'mam' }, presets)).toEqual({ name: 'x', methods: presets.find((p) => p.id === 'mam')!.methods })
    expect(expandPreset({ methods: [{ id: 'lora' }] }, presets)).toEqual({ methods: [{ id: 'lora' }] })
    expect(() => expandPreset({ methods: 'mum' }, presets)).toThrow('There is no preset “mum”; known ones are mam, unipelt.')
    expect(new Set([...presets.map((p) => p.id), ...methods.keys()]).size).toBe(presets.length + methods.size)
  })

  it('lists every wrong option at once', () => {
    const attach = (): unknown => attachAll([{ id: 'lora', options: { r: 0, rank: 3 } }], model)
    expect(attach).toThrow('LoRA: Unknown option rank; known ones are r, ')
    expect(attach).toThrow('LoRA: r must be between 1 and 1024, found 0.')
  })

  it('reads back what it wrote', () => {
    for (const method of methods.values()) {
      const [attachment] = attachAll([{ id: method.id, options: {} }], model)
      const config = attachment.adapterConfig?.('base')
      // AdapterHub's files are not PEFT's.
      if (config && !attachment.adapterHub) expect(attachPeft(JSON.parse(JSON.stringify(config)), model).adapterConfig!('base')).toEqual(config)
    }
  })

  it('trains beside any of PEFT’s methods what its config lists whole, and puts nothing beside that', () => {
    const rules = { target_modules: ['q_proj', 'up_proj'], modules_to_save: ['mlp', 'model.norm'] }
    for (const peft_type of ['LORA', 'ADALORA', 'VERA', 'LOHA', 'LOKR', 'IA3']) {
      const a = attachPeft({ peft_type, ...rules, feedforward_modules: [] }, model)
      expect(a.trains!('model.layers.0.mlp.up_proj.weight'), peft_type).toBe('base_model.model.model.layers.0.mlp.up_proj.weight')
      expect(a.trains!('model.norm.weight')).toBe('base_model.model.model.norm.weight')
      expect(a.trains!('model.layers.0.self_attn.q_proj.weight')).toBeUndefined()
      expect(a.adapterConfig!('base')['modules_to_save']).toEqual(rules.modules_to_save)
      const traced = census(family, family.config(llama), [a]).trainables.map((t) => t.key)
      expect(traced.filter((key) => key.includes('up_proj'))).toEqual([0, 1, 2].map((l) => `base_model.model.model.layers.${l}.mlp.up_proj.weight`))
    }
    expect(() => attachPeft({ peft_type: 'VERA', ...rules, modules_to_save: ['mpl'] }, model)).toThrow('modules_to_save “mpl” matches no module of this model.')
  })

  it('writes (IA)³ as PEFT reads it: all linear layers by their paths, and feed-forward ones among them', () => {
    const [a] = attachAll([{ id: 'ia3', options: { target_modules: ['all-linear'], feedforward_modules: ['down_proj'] } }], model)
    const { target_modules: targets, feedforward_modules: feedforward } = a.adapterConfig!('base') as { target_modules: string[]; feedforward_modules: string[] }
    expect(targets).toHaveLength(21)
    expect(feedforward).toHaveLength(3)
    expect(feedforward.every((path) => targets.includes(path))).toBe(true)
  })

  it('refuses variants of LoRA that mean something else', () => {
    expect(() => attachPeft({ peft_type: 'LORA', lora_bias: true, target_modules: ['q_proj'] }, model)).toThrow('uses lora_bias')
    expect(() => attachPeft({ peft_type: 'LORA', init_lora_weights: 'pissa_niter_4', target_modules: ['q_proj'] }, model)).toThrow(
      'pissa_niter_4',
    )
  })
})

describe('target modules', () => {
  const count = (rules: Parameters<typeof resolveTargets>[0]): number => resolveTargets(rules, model).size

  it('follow the rules of PEFT', () => {
    expect(count({ targets: ['q_proj', 'v_proj'] })).toBe(6)
    expect(count({ targets: ['q_proj', 'v_proj'], layers: [1] })).toBe(2)
    expect(count({ targets: 'all-linear' })).toBe(21)
    expect(count({ targets: ['all-linear'] })).toBe(21)
    expect(count({ targets: ['model.layers.2.mlp.up_proj', 'lm_head', 'embed_tokens'] })).toBe(3)
    // A string is a regular expression on the whole path.
    expect(count({ targets: String.raw`.*\.[01]\.mlp\.(up|down)_proj` })).toBe(4)
    expect(count({ targets: ['q_proj'], exclude: String.raw`.*\.0\..*` })).toBe(2)
    expect(count({ targets: ['q_proj'], exclude: ['layers.1.self_attn.q_proj'] })).toBe(2)
    // An ending counts at a dot only.
    expect(() => count({ targets: ['proj'] })).toThrow('matches no layer of this model.')
    expect(() => count({ targets: 'q_proj' })).toThrow('"q_proj" matches no layer of this model.')
  })

  it('take regular expressions as Python writes them', () => {
    expect(fullMatch(String.raw`model\.layers\.\d+\.mlp`, 'model.layers.12.mlp')).toBe(true)
    expect(fullMatch('mlp', 'model.mlp')).toBe(false)
    expect(fullMatch(String.raw`a\_b|c`, 'a_b')).toBe(true)
  })
})
