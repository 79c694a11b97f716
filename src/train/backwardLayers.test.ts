import { describe, expect, it } from 'vitest'
import { plan } from '../engine/plan.ts'
import { defaultRecipe, type MethodChoice } from '../protocol/recipe.ts'
import type { Training } from '../protocol/training.ts'
import { backwardLayers } from './backwardLayers.ts'
import { stagesOf } from './stages.ts'
import { traceStep } from './step.ts'
import { testSubject } from './testSubject.ts'

const shape = { batch: 2, length: 32, rows: 64 }

/** Planned bytes of the last stage of a run on a Llama of so many layers. */
function planned(layers: number, id: string, options: MethodChoice['options'] = {}, training: Partial<Training> = {}) {
  const subject = testSubject('llama', [{ id, options }], { num_hidden_layers: layers, hidden_size: 16, intermediate_size: 40, max_position_embeddings: 64 })
  const { keys } = stagesOf(subject.census, layers, { ...defaultRecipe().training, ...training }).at(-1)!
  const step = traceStep(subject, shape, true, undefined, keys)
  return { layers: backwardLayers(step), activations: plan(step.graph, [step.loss], step.boundary).bytes.activations }
}
const topOnly = (layers: number): MethodChoice['options'] => ({ r: 2, layers_to_transform: [layers - 1] })

describe('the memory of the backward pass', () => {
  it('does not grow with the layers below the lowest tensor that trains', () => {
    const [four, eight] = [4, 8].map((n) => planned(n, 'lora', topOnly(n)))
    expect(four).toEqual(eight)
    expect(four.layers).toBe(1)
    const frozen = [4, 8].map((n) => planned(n, 'full', {}, { freeze_layers: n - 1, freeze_embeddings: true }))
    expect(frozen[0]).toEqual(frozen[1])
    expect(frozen[0].layers).toBe(1)
  })

  it('grows by a layer for every layer that trains', () => {
    const [two, three, four] = [2, 3, 4].map((n) => planned(n, 'lora', { r: 2, target_modules: ['all-linear'] }))
    expect([two, three, four].map((p) => p.layers)).toEqual([2, 3, 4])
    expect(four.activations - three.activations).toBe(three.activations - two.activations)
    expect(planned(4, 'lora', topOnly(4)).activations).toBeLessThan(0.5 * planned(4, 'lora', { r: 2 }).activations)
  })

  it('keeps for virtual tokens only what the way down to them needs', () => {
    const full = planned(4, 'full')
    for (const id of ['prompt_tuning', 'prefix_tuning']) {
      const { layers, activations } = planned(4, id, { num_virtual_tokens: 1 })
      // Keys and values of the first layer are the deepest that a prefix reaches: its own queries need no gradient.
      expect(layers, id).toBe(4)
      expect(activations, id).toBeLessThan(0.95 * full.activations)
    }
  })

  it('falls as layers are frozen', () => {
    const bytes = [0, 1, 2, 3, 4].map((freeze_layers) => planned(4, 'full', {}, { freeze_layers, freeze_embeddings: true }).activations)
    expect(bytes).toEqual(bytes.toSorted((a, b) => b - a))
    expect(bytes[4]).toBeLessThan(0.1 * bytes[0])
  })
})
