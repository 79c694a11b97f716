// Components as the markup they make: labels wired, text kept text, every state in words.
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { OptionSpecs } from '../../protocol/options.ts'
import { trainingOptions } from '../../protocol/training.ts'
import { formatSmall } from '../format.ts'
import { LineChart } from '../charts/LineChart.tsx'
import { FailureNote } from './FailureNote.tsx'
import { MemoryBar } from './MemoryBar.tsx'
import { OptionField } from './OptionField.tsx'
import { OptionForm } from './OptionForm.tsx'
import { TokenText } from './TokenText.tsx'

const nothing = (): void => undefined
const specs: OptionSpecs = {
  r: { kind: 'number', default: 8, min: 1, max: 64, integer: true, unit: 'columns', label: 'Rank', help: 'Width.' },
  flag: { kind: 'boolean', default: false, label: 'Flag', help: 'A switch.', advanced: true },
  how: { kind: 'choice', default: 'a', label: 'How', help: 'A choice.', choices: [{ value: 'a', label: 'Way A' }] },
  names: { kind: 'list', default: ['x'], suggest: 'linear-layers', label: 'Names', help: 'A list.' },
}

describe('OptionForm', () => {
  const form = renderToStaticMarkup(
    <OptionForm
      label="Test"
      specs={specs}
      values={{ r: 8, flag: true, how: 'a', names: ['x', 'extra'] }}
      suggestions={['x', 'y']}
      onChange={nothing}
    />,
  )
  it('gives every control a label and a help line', () => {
    const ids = [...form.matchAll(/<(?:input|select)[^>]* id="([^"]+)"/g)].map((m) => m[1])
    expect(ids).toHaveLength(3)
    for (const id of ids) expect(form).toContain(`for="${id}"`)
    for (const help of ['Width.', 'A switch.', 'A choice.', 'A list.']) expect(form).toContain(help)
    expect(form).toContain('columns')
  })
  it('puts advanced options behind “All options”', () => {
    expect(form.indexOf('All options')).toBeLessThan(form.indexOf('Flag'))
    expect(form.indexOf('All options')).toBeGreaterThan(form.indexOf('Rank'))
  })
  it('offers the suggestions and keeps names that are not among them', () => {
    for (const name of ['x', 'y', 'extra']) expect(form).toContain(`/>${name}</label>`)
  })
  it('renders the training options as they are declared', () => {
    const training = renderToStaticMarkup(<OptionForm label="Training" specs={trainingOptions} values={{}} onChange={nothing} />)
    for (const spec of Object.values(trainingOptions)) expect(training).toContain(spec.label)
  })
})

describe('OptionField', () => {
  const rank = { kind: 'number', default: 8, min: 1, max: 64, integer: true, label: 'Rank', help: 'Width.' } as const
  it('says in a sentence what is wrong, and wires it to the control', () => {
    const field = renderToStaticMarkup(<OptionField name="r" spec={rank} value={400} onChange={nothing} />)
    expect(field).toContain('Rank must be between 1 and 64, found 400.')
    expect(field).toMatch(/aria-invalid="true"/)
    expect(field).toMatch(/aria-describedby="[^"]+-help [^"]+-problem"/)
  })
  it('speaks of an empty field without quoting the machine', () => {
    const field = renderToStaticMarkup(<OptionField name="r" spec={rank} value={Number.NaN} onChange={nothing} />)
    expect(field).toContain('Rank must be a number.')
  })
  it('takes text as it is', () => {
    const start = { kind: 'text', default: '', label: 'Start', help: 'What it says.' } as const
    const field = renderToStaticMarkup(<OptionField name="start" spec={start} value={'<b>“is it?”'} onChange={nothing} />)
    expect(field).toContain('<textarea')
    expect(field).toContain('>&lt;b&gt;“is it?”</textarea>')
    expect(renderToStaticMarkup(<OptionField name="start" spec={start} value={3} onChange={nothing} />)).toContain('Start must be text, found 3.')
  })
})

describe('text from outside', () => {
  it('stays text', () => {
    const evil = '<img src=x onerror="alert(1)">'
    const tokens = renderToStaticMarkup(<TokenText tokens={[{ text: evil, trained: true, special: false }]} />)
    expect(tokens).not.toContain('<img')
    expect(tokens).toContain('&lt;img')
    const note = renderToStaticMarkup(<FailureNote failure={{ code: 'bad-data', message: evil, hint: evil }} />)
    expect(note).not.toContain('<img')
  })
  it('tells trained tokens apart by element, and shows line breaks', () => {
    const markup = renderToStaticMarkup(
      <TokenText
        tokens={[
          { text: 'a\n', trained: false, special: false },
          { text: 'b', trained: true, special: true },
        ]}
      />,
    )
    expect(markup).toBe(
      '<p class="token-text"><span class="token">a↵\n</span><mark class="token token-trained token-special">b</mark></p>',
    )
  })
})

describe('twins in text', () => {
  it('gives the memory bar a table with the same classes', () => {
    const markup = renderToStaticMarkup(
      <MemoryBar bytes={{ weights: 1e6, activations: 2e6, workspace: 0, trainable: 1e6, total: 4e6 }} />,
    )
    for (const text of ['Weights', 'Activations', 'Trainable', '1 MB', '50 %', '4 MB']) expect(markup).toContain(text)
    expect(markup).not.toContain('Workspace')
  })
  it('shows what is spared in the bar and under the total, and nothing where nothing is', () => {
    const bytes = { weights: 1e6, activations: 2e6, workspace: 0, trainable: 1e6, total: 4e6 }
    const markup = renderToStaticMarkup(<MemoryBar bytes={bytes} spared={3e6} />)
    expect(markup).toMatch(/Spared<\/th><td class="number">3 MB/)
    expect(markup.match(/memory-spared/g)).toHaveLength(2)
    expect(renderToStaticMarkup(<MemoryBar bytes={bytes} />)).not.toContain('pared')
  })
  it('gives each chart a table to open', () => {
    const data: [Float64Array, Float64Array] = [new Float64Array([1, 2]), new Float64Array([0.5, 0.25])]
    const markup = renderToStaticMarkup(
      <LineChart
        title="Rate"
        series={[{ label: 'rate', colour: 'rate', width: 1 }]}
        data={data}
        height={100}
        format={formatSmall}
      />,
    )
    expect(markup).toContain('Show as table')
    expect(markup).toContain('step 2')
    expect(markup).toContain('<b>0.25</b>')
  })
})
