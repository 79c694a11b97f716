// What a person types finds what they mean, first where it begins with it.
import { expect, it } from 'vitest'
import type { Command } from './pageCommands.ts'
import { search } from './search.ts'

const command = (label: string, place = ''): Command => ({ id: label, label, place, run: () => undefined })
const commands = [command('Learning rate', 'Method'), command('Rate of decay', 'Method'), command('Train', 'Train'), command('Restrain', 'Data'), command('Über alles', 'Daten')]
const found = (query: string): string[] => search(commands, query).map((c) => c.label)

it('finds words in any order, and in the section’s name', () => {
  expect(found('')).toHaveLength(5)
  expect(found('rate')).toEqual(['Rate of decay', 'Learning rate'])
  expect(found('method rate learn')).toEqual(['Learning rate'])
  expect(found('train')).toEqual(['Train', 'Restrain'])
  expect(found('uber')).toEqual(['Über alles'])
  expect(search([{ ...command('Adam ε'), otherwise: 'adam_epsilon' }], 'adam epsilon')).toHaveLength(1)
  expect(found('nothing like it')).toEqual([])
})
