import { describe, expect, it } from 'vitest'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import { defaultRecipe, type MethodChoice, type Recipe } from '../protocol/recipe.ts'
import type { Training } from '../protocol/training.ts'
import { openModel, type OpenModel } from './base.ts'
import { estimate } from './estimate.ts'

const shapes = [{ B: 4, T: 32 }]
const recipeOf = (id: string, options: MethodChoice['options'] = {}, training: Partial<Training> = {}): Recipe => {
  const plain = defaultRecipe()
  return { ...plain, methods: [{ id, options }], training: { ...plain.training, ...training } }
}

describe('the estimate', async () => {
  const model: OpenModel = openModel(await goldenModel('llama'))
  const of = (...recipe: Parameters<typeof recipeOf>) => estimate(model, recipeOf(...recipe), shapes)

  it('tells how deep gradients go and what that spares of full tuning', () => {
    const [full, all, top, prompt] = [of('full'), of('lora'), of('lora', { layers_to_transform: [1] }), of('prompt_tuning', { num_virtual_tokens: 1 })]
    expect([full, all, top, prompt].map((p) => [p.backward!.layers, p.backward!.of])).toEqual([[2, 2], [2, 2], [1, 2], [2, 2]])
    expect(full.backward!.sparedBytes).toBe(0)
    for (const p of [all, top, prompt]) expect(p.backward!.sparedBytes).toBe(Math.max(0, full.bytes.activations - p.bytes.activations))
    expect(top.backward!.sparedBytes).toBeGreaterThan(all.backward!.sparedBytes)
  })

  it('counts what options cost: copies of the values, the base beside itself, and what is frozen', () => {
    const plain = of('full')
    const flat = plain.bytes.trainable / 4
    expect(of('full', {}, { load_best_model_at_end: true }).bytes.trainable).toBe(5 * flat)
    expect(of('full', {}, { l2_start_penalty: 0.1 }).bytes.trainable).toBe(5 * flat)
    expect(plain.bytes.weights).toBe(0)
    const pulled = of('full', {}, { kl_to_base: 0.1 })
    expect(pulled.bytes.weights).toBe(4 * pulled.totalParameters)
    const frozen = of('full', {}, { freeze_layers: 1, freeze_embeddings: true })
    expect(frozen.trainableParameters).toBeLessThan(plain.trainableParameters)
    // A frozen tensor takes its own size, a trained one three copies more.
    expect(frozen.bytes.weights).toBe(4 * (plain.trainableParameters - frozen.trainableParameters))
    expect(frozen.bytes.trainable).toBeLessThan(plain.bytes.trainable - 3 * frozen.bytes.weights)
    expect(frozen.backward!.layers).toBe(1)
  })

  it('refuses to plan a run that trains nothing', () => {
    expect(() => of('lora', {}, { freeze_layers: 2 })).toThrow('nothing left to train')
  })
})
