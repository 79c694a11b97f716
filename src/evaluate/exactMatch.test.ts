import { expect, test } from 'vitest'
import { exactMatch } from './exactMatch.ts'

test.each([
  [' card lost\n', 'card  lost', true],
  ['e\u0301', 'é', true],
  ['Card', 'card', false],
  ['a.', 'a', false],
])('%j against %j', (answer, expected, same) => expect(exactMatch(answer, expected)).toBe(same))
