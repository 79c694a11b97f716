import { describe, expect, it } from 'vitest'
import { families } from '../families/registry.ts'
import { defaultRecipe, type MethodChoice } from '../protocol/recipe.ts'
import type { Training } from '../protocol/training.ts'
import { outline } from './census.ts'
import { EMBEDDINGS, layerOf } from './levels.ts'
import { beginsAt, rateAt, stageAt, stagesOf, stageText } from './stages.ts'
import { traceStep } from './step.ts'
import { testSubject } from './testSubject.ts'

const LAYERS = 4
const shape = { batch: 1, length: 5, rows: 64 }
const subjectOf = (methods: readonly MethodChoice[], modelType = 'llama', changes: Readonly<Record<string, unknown>> = {}) =>
  testSubject(modelType, methods, { num_hidden_layers: LAYERS, n_layer: LAYERS, ...changes })
const knobs = (some: Partial<Training>): Training => ({ ...defaultRecipe().training, ...some })
const full = [{ id: 'full', options: {} }]
const lora = [{ id: 'lora', options: { r: 2 } }]

describe('the level of a tensor', () => {
  it('is its layer, or below or above all of them', () => {
    const { census } = subjectOf(full)
    const of = (name: string) => census.levels.get(name)
    expect(of('model.embed_tokens.weight')).toBe(EMBEDDINGS)
    expect(of('model.layers.0.input_layernorm.weight')).toBe(0)
    expect(of('model.layers.3.mlp.down_proj.weight')).toBe(3)
    expect([of('model.norm.weight'), of('lm_head.weight')]).toEqual([LAYERS, LAYERS])
    // A head that shares the embeddings is as deep as they are.
    expect(subjectOf(full, 'gpt2').census.levels.get('transformer.wte.weight')).toBe(EMBEDDINGS)
    expect(subjectOf(full, 'gpt2').census.levels.get('transformer.wpe.weight')).toBe(EMBEDDINGS)
  })

  it('is the same for all that a method adds to a layer, and above for what layers share', () => {
    const levels = (id: string, options: MethodChoice['options'] = {}): number[] => {
      const { trainables, levels: found } = subjectOf([{ id, options }]).census
      return [...new Set(trainables.flatMap((t) => (t.frozen ? [] : [found.get(t.key)!])))].toSorted()
    }
    expect(levels('lora')).toEqual([0, 1, 2, 3])
    expect(levels('bottleneck', { reduction_factor: 2 })).toEqual([0, 1, 2, 3])
    for (const id of ['vera', 'ia3', 'ln_tuning'] as const) expect(levels(id).slice(0, 4), id).toEqual([0, 1, 2, 3])
    for (const options of [{}, { prefix_projection: true }]) expect(levels('prefix_tuning', options)).toEqual([LAYERS])
    for (const id of ['prompt_tuning', 'p_tuning', 'hypernetwork']) expect(levels(id), id).toEqual([LAYERS])
  })

  it('is found in the paths of every family', () => {
    for (const id of ['llama', 'qwen2', 'gpt2']) {
      const { family, config } = testSubject(id, [], { num_hidden_layers: 3, n_layer: 3 })
      expect([...new Set(outline(family, config).levels.values())].toSorted((a, b) => a - b), id).toEqual([EMBEDDINGS, 0, 1, 2, 3])
    }
    const bert = families.get('bert')!
    const size = { hidden_size: 8, intermediate_size: 12, num_hidden_layers: 3, num_attention_heads: 2, vocab_size: 11, max_position_embeddings: 16, type_vocab_size: 2 }
    const { levels } = outline(bert, bert.config({ model_type: 'bert', ...size, architectures: ['BertForSequenceClassification'], id2label: { 0: 'a', 1: 'b' }, label2id: { a: 0, b: 1 } }))
    expect(Object.fromEntries([...levels].filter(([name]) => !name.includes('layer.')))).toEqual({
      ...Object.fromEntries(['word_embeddings.weight', 'position_embeddings.weight', 'token_type_embeddings.weight', 'LayerNorm.weight', 'LayerNorm.bias'].map((name) => [`bert.embeddings.${name}`, EMBEDDINGS])),
      ...Object.fromEntries(['bert.pooler.dense.weight', 'bert.pooler.dense.bias', 'classifier.weight', 'classifier.bias'].map((name) => [name, 3])),
    })
    const paths = ['gpt_neox.layers.12.attention.dense', 'model.decoder.layers.12.fc1', 'bert.encoder.layer.12.output.dense', 'distilbert.transformer.layer.12.ffn.lin1', 'attention.12']
    for (const path of paths) expect(layerOf(path), path).toBe(12)
    for (const path of ['model.norm', 'lm_head', 'transformer.ln_f', 'model.embed_tokens.prompt']) expect(layerOf(path), path).toBeUndefined()
  })
})

describe('the stages of a run', () => {
  const stages = (methods: readonly MethodChoice[], some: Partial<Training>) => stagesOf(subjectOf(methods).census, LAYERS, knobs(some))
  const outlineOf = (methods: readonly MethodChoice[], some: Partial<Training>) => stages(methods, some).map((s) => [s.from, s.lowest])

  it('are one unless layers thaw', () => {
    expect(outlineOf(full, {})).toEqual([[0, EMBEDDINGS]])
    expect(outlineOf(full, { freeze_embeddings: true, freeze_layers: 2 })).toEqual([[0, 2]])
    expect(outlineOf(full, { freeze_embeddings: true, freeze_layers: 9 })).toEqual([[0, LAYERS]])
    expect(outlineOf(lora, {})).toEqual([[0, 0]])
  })

  it('thaw from the top, group by group, the embeddings last', () => {
    expect(outlineOf(full, { unfreeze_every: 10 })).toEqual([[0, 3], [10, 2], [20, 1], [30, 0], [40, EMBEDDINGS]])
    expect(outlineOf(full, { unfreeze_every: 10, unfreeze_layers: 3 })).toEqual([[0, 1], [10, 0], [20, EMBEDDINGS]])
    expect(outlineOf(full, { unfreeze_every: 10, freeze_layers: 2 })).toEqual([[0, 3], [10, 2], [40, EMBEDDINGS]])
    expect(outlineOf(lora, { unfreeze_every: 10 })).toEqual([[0, 3], [10, 2], [20, 1], [30, 0]])
    expect(outlineOf([{ id: 'prompt_tuning', options: {} }], { unfreeze_every: 10 })).toEqual([[0, LAYERS]])
  })

  it('say when a tensor begins and what trains at a step', () => {
    const made = stages(full, { unfreeze_every: 10 })
    expect(['model.norm.weight', 'model.layers.3.mlp.up_proj.weight', 'model.layers.1.mlp.up_proj.weight', 'model.embed_tokens.weight'].map((key) => beginsAt(made, key))).toEqual([0, 0, 20, 40])
    expect(beginsAt(stages(full, { freeze_layers: 1 }), 'model.layers.0.mlp.up_proj.weight')).toBeUndefined()
    expect([0, 9, 10, 39, 40, 999].map((step) => stageAt(made, step).lowest)).toEqual([3, 3, 2, 0, EMBEDDINGS, EMBEDDINGS])
    expect([0, 10, 40].map((step) => stageText(stageAt(made, step), LAYERS))).toEqual(['the last layer trains', 'layers 3 to 4 train', 'all layers and the embeddings train'])
  })

  it('refuse to leave nothing', () => {
    expect(() => stages(lora, { freeze_layers: LAYERS })).toThrow('nothing left to train')
  })

  it('slow layers down by a factor each below the last', () => {
    expect([LAYERS, 3, 2, 0, EMBEDDINGS].map((level) => rateAt(level, LAYERS, 0.5))).toEqual([1, 1, 0.5, 0.125, 0.0625])
    expect(rateAt(EMBEDDINGS, LAYERS, 1)).toBe(1)
  })
})

describe('a step of a stage', () => {
  const backward = (methods: readonly MethodChoice[], some: Partial<Training>, step: number) => {
    const subject = subjectOf(methods)
    const { keys } = stageAt(stagesOf(subject.census, LAYERS, knobs(some)), step)
    const { graph, boundary, reached } = traceStep(subject, shape, true, undefined, keys)
    const scopes = graph.nodes.slice(boundary).flatMap((n) => (n.scope.endsWith("'") ? [n.scope] : []))
    return { keys, reached, layers: [...new Set(scopes.flatMap((s) => layerOf(s) ?? []))].toSorted(), embeds: scopes.some((s) => s.includes('embed_tokens')) }
  }

  it('runs no backward pass below the lowest tensor that trains', () => {
    for (const [step, lowest] of [[0, 3], [10, 2], [30, 0]] as const) {
      const { keys, reached, layers, embeds } = backward(full, { unfreeze_every: 10 }, step)
      expect(reached).toEqual(keys)
      expect(layers).toEqual([0, 1, 2, 3].slice(lowest))
      expect(embeds).toBe(false)
    }
    expect(backward(full, { unfreeze_every: 10 }, 40).embeds).toBe(true)
    expect(backward(lora, { freeze_layers: 3 }, 0).layers).toEqual([3])
    expect(backward(full, { freeze_layers: 3, freeze_embeddings: true }, 0).layers).toEqual([3])
    expect(backward([{ id: 'prompt_tuning', options: {} }], {}, 0).layers).toEqual([0, 1, 2, 3])
  })
})
