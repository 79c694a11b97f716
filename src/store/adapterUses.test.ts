// Which adapters answer, how strongly, and what they are called.
import { describe, expect, it } from 'vitest'
import type { AdapterInfo } from '../protocol/adapters.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import { testRecord } from '../ui/testFixtures.ts'
import { distinctNames } from './adapterNames.ts'
import { activeUses, toggled, usable, weighted } from './adapterUses.ts'
import { firstState } from './appState.ts'

const adapter = (id: string, part: Partial<AdapterInfo> = {}): AdapterInfo => ({
  id,
  name: id,
  kind: 'loaded',
  methods: ['LoRA'],
  base: { id: 'starter' },
  trainableParameters: 1,
  bytes: 1,
  createdAt: 1,
  mixable: true,
  isLora: true,
  gpuBytes: 0,
  merged: false,
  ...part,
})

describe('the adapters that answer', () => {
  const run = testRecord('run-1', defaultRecipe())
  const shown = { ...firstState(), runs: { busy: false, value: [run] }, runId: 'run-1' }

  it('are the run’s on show until the person chooses, also nothing', () => {
    expect(activeUses(firstState())).toEqual([])
    expect(activeUses(shown)).toEqual([{ id: 'run-1', weight: 1 }])
    // A selector must answer with the same array, or the page would draw without end.
    expect(activeUses(shown)).toBe(activeUses({ ...shown }))
    expect(activeUses({ ...shown, chosenUses: [] })).toEqual([])
  })

  it('are toggled and weighted without disturbing the others', () => {
    const two = toggled(toggled([], 'a'), 'b')
    expect(two).toEqual([{ id: 'a', weight: 1 }, { id: 'b', weight: 1 }])
    expect(weighted(two, 'b', 0.5)).toEqual([{ id: 'a', weight: 1 }, { id: 'b', weight: 0.5 }])
    expect(toggled(two, 'a')).toEqual([{ id: 'b', weight: 1 }])
  })

  it('lose what is gone or does not fit, and stay the same where nothing is', () => {
    const uses = toggled(toggled([], 'a'), 'b')
    expect(usable(uses, [adapter('a'), adapter('b')])).toBe(uses)
    expect(usable(uses, [adapter('b', { misfit: 'Made for another model.' })])).toEqual([])
  })
})

describe('names', () => {
  it('are told apart by what made them, then by age', () => {
    const names = distinctNames([
      adapter('a', { name: 'Pirate', kind: 'run', createdAt: 2 }),
      adapter('b', { name: 'Pirate', kind: 'run', createdAt: 1 }),
      adapter('c', { name: 'Pirate' }),
      adapter('d', { name: 'Desk' }),
    ])
    expect([...names.values()]).toEqual(['Pirate (trained 2)', 'Pirate (trained 1)', 'Pirate (loaded)', 'Desk'])
  })
})
