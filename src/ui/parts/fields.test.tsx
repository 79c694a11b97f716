// Fields that hold more than one value: what is typed, what it means, and how it is wired.
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { formatNumbers, parseNumbers } from './NumbersField.tsx'
import { OptionField } from './OptionField.tsx'

const nothing = (): void => undefined

describe('numbers', () => {
  it.each([
    ['', []],
    ['3', [3]],
    ['0, 4-7 , 9', [0, 4, 5, 6, 7, 9]],
    ['1;2 3', [1, 2, 3]],
    ['2–4', [2, 3, 4]],
  ])('reads “%s”', (text, numbers) => {
    expect(parseNumbers(text)).toEqual(numbers)
  })
  it('reports what it cannot read in its place', () => {
    expect(parseNumbers('1, x, 9-3, 4')).toEqual([1, Number.NaN, Number.NaN, 4])
  })
  it('writes neighbours together, so that reading gives them back', () => {
    expect(formatNumbers([0, 1, 2, 3, 7, 9, 10])).toBe('0-3, 7, 9, 10')
    expect(parseNumbers(formatNumbers([5, 4, 8, 9, 10, 2]))).toEqual([5, 4, 8, 9, 10, 2])
    expect(formatNumbers('none')).toBe('')
  })
  it('says which entry is wrong', () => {
    const spec = { kind: 'numbers', default: [], min: 0, max: 9, integer: true, label: 'Layers', help: 'Which.' } as const
    const field = renderToStaticMarkup(<OptionField name="l" spec={spec} value={[1, 12]} onChange={nothing} />)
    expect(field).toContain('Entry 2 of Layers must be between 0 and 9, found 12.')
    expect(field).toContain('such as 0, 4-7')
    expect(renderToStaticMarkup(<OptionField name="l" spec={spec} value={[Number.NaN]} onChange={nothing} />)).toContain(
      'Entry 1 of Layers must be a number.',
    )
  })
})

describe('a map', () => {
  const spec = { kind: 'map', default: {}, min: 1, max: 64, suggest: 'linear-layers', label: 'Ranks', help: 'By module.' } as const
  it('has a named pair of fields for each name, and suggests the others', () => {
    const value = { q_proj: 4, v_proj: 2 }
    const field = renderToStaticMarkup(
      <OptionField name="r" spec={spec} value={value} suggestions={['q_proj', 'k_proj']} onChange={nothing} />,
    )
    for (const text of ['Ranks, name 1', 'Ranks, number of q_proj', 'Remove v_proj from Ranks', 'Add to Ranks', 'By module.'])
      expect(field).toContain(text)
    expect(field).toContain('<option value="k_proj">')
    expect(field).not.toContain('<option value="q_proj">')
  })
  it('says which name has a wrong number', () => {
    const field = renderToStaticMarkup(<OptionField name="r" spec={spec} value={{ q_proj: 99 }} onChange={nothing} />)
    expect(field).toContain('q_proj of Ranks must be between 1 and 64, found 99.')
  })
})

describe('a choice', () => {
  it('says what the chosen one means', () => {
    const choices = [
      { value: 'a', label: 'A', help: 'The first.' },
      { value: 'b', label: 'B' },
    ]
    const spec = { kind: 'choice', default: 'a', label: 'Way', help: 'How.', choices } as const
    expect(renderToStaticMarkup(<OptionField name="w" spec={spec} value="a" onChange={nothing} />)).toContain('How. The first.')
    expect(renderToStaticMarkup(<OptionField name="w" spec={spec} value="b" onChange={nothing} />)).toContain('>How.<')
  })
})
