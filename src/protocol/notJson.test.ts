import { expect, test } from 'vitest'
import { notJson } from './notJson.ts'

const told = (text: string): string => {
  try {
    return String(JSON.parse(text))
  } catch (error) {
    return notJson('x', text, error)
  }
}

test('what is no JSON is told with its place, in words of one’s own', () => {
  expect(told(' \n')).toBe('x is empty.')
  expect(told('{"a": [1, ')).toBe('x is not valid JSON: it ends too early.')
  expect(told(`{"${'a'.repeat(60)}":\n  1 2}`)).toBe('x is not valid JSON: see line 2, column 5.')
  expect(told('{"a":}')).toMatch(/^x is not valid JSON(: see line 1, column 6)?\.$/)
  expect(notJson('x', 'a', new SyntaxError('JSON.parse: expected property name at line 3 column 7 of the JSON data'))).toBe('x is not valid JSON: see line 3, column 7.')
  expect(notJson('x', 'a', new Error('odd'))).toBe('x is not valid JSON.')
})
