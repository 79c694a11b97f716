// One declaration per knob: what a value may be, and the sentence for one that may not.
import { describe, expect, it } from 'vitest'
import { checkOption, readOptions, type OptionSpecs } from './options.ts'

const specs = {
  layers: { kind: 'numbers', default: [], min: 0, max: 99, integer: true, label: 'Layers', help: '' },
  ranks: { kind: 'map', default: {}, min: 1, max: 64, integer: true, label: 'Ranks', help: '' },
  text: { kind: 'text', default: '', label: 'Text', help: '' },
} as const satisfies OptionSpecs

describe('options', () => {
  it('read what fits as it is', () => {
    const given = { layers: [0, 3], ranks: { q_proj: 4 }, text: 'Classify.' }
    expect(readOptions(specs, given)).toEqual({ values: given, problems: [] })
    expect(readOptions(specs, {}).values).toEqual({ layers: [], ranks: {}, text: '' })
  })

  it('say what is wrong, where in a list or a map it is, and fall back to the default', () => {
    const { values, problems } = readOptions(specs, { layers: [1, 2.5], ranks: { q_proj: 4, v_proj: 65 }, text: 3 })
    expect(problems).toEqual([
      'Entry 2 of layers must be a whole number, found 2.5.',
      'v_proj of ranks must be between 1 and 64, found 65.',
      'text must be text, found 3.',
    ])
    expect(values).toEqual({ layers: [], ranks: {}, text: '' })
    expect(checkOption('layers', specs.layers, '1')).toBe('layers must be a list of numbers, found "1".')
    expect(checkOption('layers', specs.layers, [Number.NaN])).toBe('Entry 1 of layers must be a number, found null.')
    for (const wrong of [null, [1], 4]) expect(checkOption('ranks', specs.ranks, wrong)).toMatch(/^ranks must give a number for each name, found /)
  })
})
