// The data panels as the markup they make, over a scripted studio.
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { DatasetInfo } from '../../protocol/studio.ts'
import { createApp } from '../../store/appStore.ts'
import { AppProvider } from '../AppContext.ts'
import { testDataset } from '../testFixtures.ts'
import { testStudio } from '../testStudio.ts'
import { DataFindings } from './DataFindings.tsx'
import { DataMapping } from './DataMapping.tsx'

const app = createApp(testStudio())
const recipe = () => app.store.getState().recipe
const info = (part: Partial<DatasetInfo>): DatasetInfo => ({ ...testDataset('x', recipe()), ...part })
// Rendered as on a server, where a store shows the state it began with, unless told otherwise.
const render = (node: React.ReactNode): string => renderToStaticMarkup(<AppProvider value={{ ...app, store: { ...app.store, getInitialState: app.store.getState } }}>{node}</AppProvider>)

describe('DataFindings', () => {
  const found = info({
    notes: ['The chosen answers are learned.'],
    checks: [{ kind: 'duplicates', rows: 2, message: '2 rows say what an earlier one says.', lines: [4, 9], remedies: [{ kind: 'data', name: 'drop', value: 'duplicates' }] }],
    split: { train: 90, validation: 10, isGiven: true },
    fill: { packed: 0.98, padded: 0.8 },
    lengths: { edges: [8, 16], counts: [60, 40] },
    labels: [{ label: '<b>good</b>', train: 70, validation: 8 }],
  })
  it('says what was found, where, and offers the way out', () => {
    const html = render(<DataFindings dataset={found} />)
    for (const text of ['The chosen answers are learned.', '2 rows say what an earlier one says.', 'Lines 4, 9', '>Leave duplicates out</button>', '98', '9 to 16', '&lt;b&gt;good&lt;/b&gt;']) expect(html).toContain(text)
  })
  it('lists what the recipe changes, each with its own undo', () => {
    app.actions.takeRemedy({ kind: 'data', name: 'drop', value: 'duplicates' })
    app.actions.takeRemedy({ kind: 'data', name: 'drop', value: 'too-long' })
    app.actions.takeRemedy({ kind: 'data', name: 'cut', value: 'start' })
    expect(recipe().data).toMatchObject({ drop: ['duplicates', 'too-long'], cut: 'start' })
    const html = render(<DataFindings dataset={found} />)
    for (const text of ['Undo: Duplicates are left out', 'Undo: Rows that are too long are left out', 'Undo: Long rows lose the start of what is asked']) expect(html).toContain(text)
    app.actions.setData({}, ['drop', 'cut'])
    expect(render(<DataFindings dataset={found} />)).not.toContain('Undo')
  })
})

describe('DataMapping', () => {
  const dataset = info({ isUnmapped: true, columns: ['frage', 'antwort'], head: [{ frage: 'Wie?', antwort: '<i>So</i>' }] })
  it('is open for columns of no known kind, names every choice, shows values as text', () => {
    const html = render(<DataMapping dataset={dataset} />)
    expect(html).toContain('<details open="">')
    expect(html).toContain('&lt;i&gt;So&lt;/i&gt;')
    const labels = [...html.matchAll(/<select aria-labelledby="([^"]+)"/g)].map((m) => m[1])
    expect(labels).toHaveLength(2)
    for (const label of labels) expect(html).toContain(`id="${label}"`)
  })
  it('shows the mapping of the recipe', () => {
    app.actions.setData({ mapping: { columns: { frage: 'prompt', antwort: 'completion' } } })
    const html = render(<DataMapping dataset={info({ columns: ['frage', 'antwort'] })} />)
    expect(html).toContain('<option value="prompt" selected="">')
    expect(html).toContain('<option value="completion" selected="">')
    app.actions.setData({}, ['mapping'])
    expect(recipe().data).not.toHaveProperty('mapping')
  })
})
