import { describe, expect, it } from 'vitest'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import { testMethods } from '../ui/testMethods.ts'
import { en } from '../ui/words/en.ts'
import { diffSentence, recipeDiff } from './recipeDiff.ts'

const catalogue = { methods: testMethods, presets: [] }
const plain = defaultRecipe()
const said = (is: Partial<Recipe>, was: Partial<Recipe> = {}): string => diffSentence('pirate-1', 'pirate-2', recipeDiff({ ...plain, ...was }, { ...plain, ...is }, catalogue, en.runs), en.runs)
const lora = (options: Recipe['methods'][number]['options']): Pick<Recipe, 'methods'> => ({ methods: [{ id: 'lora', options }] })

describe('recipeDiff', () => {
  it('says what is other, and what it was', () => {
    expect(said({ ...lora({ r: 16 }), seed: 7 }, lora({ r: 8 }))).toBe('pirate-2 differs from pirate-1: r 16 instead of 8, seed 7 instead of 42.')
    expect(said({ methods: [{ id: 'bitfit', options: {} }] })).toBe('pirate-2 differs from pirate-1: method BitFit instead of LoRA.')
    expect(said({ training: { ...plain.training, packing: true } })).toBe('pirate-2 differs from pirate-1: packing on instead of off.')
    expect(said({ ...lora({ target_modules: ['q_proj', 'v_proj'] }) }, lora({ target_modules: [] }))).toContain('target_modules q_proj + v_proj instead of none')
  })
  it('counts what is left out as its default, and no name or hash', () => {
    expect(said(lora({ r: 8 }), lora({}))).toBe('pirate-2 has the same settings as pirate-1.')
    expect(said({ name: 'other', base: { ...plain.base, sha256: 'a', quantization: 'none' } as Recipe['base'] })).toBe('pirate-2 has the same settings as pirate-1.')
    const { stop_on_divergence: _, ...older } = plain.training
    expect(said({}, { training: older as Recipe['training'] })).toBe('pirate-2 has the same settings as pirate-1.')
  })
  it('knows data of one name that are not the same', () => {
    const data = (sha256: string) => ({ data: { ...plain.data, id: 'rows.jsonl', sha256 } })
    expect(said(data('b'), data('a'))).toBe('pirate-2 differs from pirate-1: data rows.jsonl instead of other rows of rows.jsonl.')
  })
  it('stops after a few', () => {
    const training = { ...plain.training, steps: 1, batch_size: 1, max_length: 8, packing: true, learning_rate: 1, warmup_steps: 0, weight_decay: 1, eval_steps: 1 }
    expect(said({ training })).toMatch(/warmup_steps 0 instead of 10, and 2 more\.$/)
  })
})
