// The same recipe without a window, in headless Chromium and in this process over Dawn: the same losses, and an adapter.
// The two drivers round differently, so losses agree to a relative 1e-4; the same driver gives the same bytes.
import { describe, expect, it } from 'vitest'
import { runRecipe as inChromium } from '../src/cli/tune/inChromium.ts'
import { runRecipe as inDawn } from '../src/cli/tune/inDawn.ts'
import type { TuneResult } from '../src/cli/tune/tuneResult.ts'
import { readRecipe } from '../src/protocol/recipe.ts'

const TOLERANCE = 1e-4

const recipeOn = (base: Readonly<Record<string, unknown>>) => readRecipe({
  name: 'both ways',
  base,
  data: { source: 'sample', id: 'orders' },
  methods: [{ id: 'lora', options: { r: 4, lora_dropout: 0.1 } }],
  training: { steps: 4, batch_size: 2, max_length: 64, warmup_steps: 1, eval_steps: 4 },
  evaluation: { rows: 2, maxNewTokens: 4 },
})

const losses = ({ events }: TuneResult): number[] => events.flatMap((e) => (e.type === 'step' || e.type === 'validation' ? [e.loss] : []))

describe('a recipe without a window', () => {
  it.each([{ source: 'builtin', id: 'starter' }, { source: 'builtin', id: 'starter', quantization: 'nf4', bnb_4bit_use_double_quant: true }])('learns alike on %j in Chromium and over Dawn, and leaves an adapter', async (base) => {
    const recipe = recipeOn(base)
    const here = process.cwd()
    // On a GPU, either might find another kernel fastest.
    const dawn = await inDawn(recipe, here, () => undefined, { usualKernels: true })
    const chromium = await inChromium(recipe, here, () => undefined, { usualKernels: true })
    for (const result of [dawn, chromium]) {
      expect(result.record.status).toBe('done')
      expect([...result.files.keys()].toSorted()).toEqual(['README.md', 'adapter_config.json', 'adapter_model.safetensors', 'recipe.json'])
      expect(result.events.filter((e) => e.type === 'score').map((e) => e.when)).toEqual(['before', 'after'])
    }
    // Four steps, and the validation before and after them.
    expect(losses(dawn)).toHaveLength(6)
    const worst = Math.max(...losses(dawn).map((loss, i) => Math.abs(loss - losses(chromium)[i]) / loss))
    expect(worst, `${losses(dawn).join(' ')} against ${losses(chromium).join(' ')}`).toBeLessThan(TOLERANCE)
  })
})
