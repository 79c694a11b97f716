import { expect, it } from 'vitest'
import { testSubject } from '../train/testSubject.ts'
import { traceUpdate } from '../train/update.ts'
import { schedule } from './adalora.ts'

const still = (): { lrScale: number; weightDecay: number } => ({ lrScale: 1, weightDecay: 0 })
const adalora = (options: Record<string, number>) => testSubject('llama', [{ id: 'adalora', options }])

it('prunes by PEFT’s cubic schedule: all ranks first, then fewer at every deltaT-th step, the last of them for good', () => {
  // BudgetSchedule of peft 0.21 with init_r 5, target_r 2, tinit 2, tfinal 3, deltaT 2, total_step 10 on four layers.
  expect([...schedule({ total: 10, tinit: 2, tfinal: 3 }, 20, 8, 2)]).toEqual([-1, -1, -1, -1, 10, -1, 12, 12, -2, -2, -2])
  expect([...schedule({ total: 4, tinit: 0, tfinal: 0 }, 6, 6, 1)]).toEqual([-1, 0, 0, 0, 0])
})

it('says before a run that no step is left to prune in', () => {
  const update = (options: Record<string, number>, steps: number) => () => traceUpdate(adalora(options), still, steps)
  expect(update({ tinit: 8, tfinal: 2 }, 10)).toThrow('AdaLoRA has no step to prune in: 8 first (tinit) and 2 last steps (tfinal) of 10 keep their ranks.')
  expect(update({ tinit: 8, tfinal: 2 }, 11)).not.toThrow()
  expect(() => adalora({ init_r: 4, target_r: 5 })).toThrow('AdaLoRA’s target_r 5 is above its init_r 4.')
  expect(() => testSubject('llama', [{ id: 'adalora', options: { target_modules: ['embed_tokens'] } as never }])).toThrow('model.embed_tokens is an embedding')
})
