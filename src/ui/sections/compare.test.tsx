// Compared runs as markup: told apart by name, said as sentences, with every number in a table.
import { renderToStaticMarkup } from 'react-dom/server'
import { beforeAll, describe, expect, it } from 'vitest'
import { defaultRecipe, type Recipe } from '../../protocol/recipe.ts'
import { MOST_COMPARED } from '../../store/appState.ts'
import { createApp } from '../../store/appStore.ts'
import { AppProvider } from '../AppContext.ts'
import { runLabels } from '../runLabels.ts'
import { testRecord } from '../testFixtures.ts'
import { testStudio } from '../testStudio.ts'
import { CompareView } from './CompareView.tsx'
import { RunsSection } from './RunsSection.tsx'

const recipe = (name: string, part: Partial<Recipe> = {}): Recipe => ({ ...defaultRecipe(), name, ...part })
const records = [
  testRecord('a', recipe('pirate-1'), { scores: { metric: 'exact_match', before: 0.1, after: 0.5 }, createdAt: 1 }),
  testRecord('b', recipe('pirate-2', { methods: [{ id: 'lora', options: { r: 16 } }], seed: 7 }), { scores: { metric: 'accuracy', before: 0.1, after: 0.9 }, createdAt: 2 }),
  ...Array.from({ length: 6 }, (_, i) => testRecord(`c${i}`, recipe('<b>more</b>'), { status: 'failed', step: 30, createdAt: 3 + i })),
]
const app = createApp(testStudio({ runs: records }))
const render = (node: React.ReactNode): string => renderToStaticMarkup(<AppProvider value={{ ...app, store: { ...app.store, getInitialState: app.store.getState } }}>{node}</AppProvider>)

beforeAll(async () => {
  await app.actions.refreshRuns()
  const methods = await testStudio().methods()
  app.store.setState({ methods: { busy: false, value: methods } })
})

describe('comparing runs', () => {
  it('begins with one, and asks for another', async () => {
    expect(render(<CompareView />)).toBe('')
    await app.actions.compare('a', true)
    expect(render(<CompareView />)).toContain('Select another run')
  })
  it('says what is other, and what each came to', async () => {
    await app.actions.compare('b', true)
    const html = render(<CompareView />)
    expect(html).toContain('pirate-2 differs from pirate-1: r 16 instead of 8, seed 7 instead of 42.')
    for (const text of ['Exact match', '>50 %<', 'Accuracy', '>90 %<', 'Trainable parameters', '81.9 k', 'Time in steps', 'Show as table']) expect(html).toContain(text)
    // A score of another kind is no number to compare with.
    expect(html.match(/<span class="soft">–<\/span>/g)).toHaveLength(2)
  })
  it('takes as many as there are colours, and lets go of them', async () => {
    for (let i = 0; i < 6; i++) await app.actions.compare(`c${i}`, true)
    expect(app.store.getState().compared).toHaveLength(MOST_COMPARED)
    const html = render(<RunsSection />)
    expect(html.match(/<input type="checkbox"[^>]* disabled=""/g)).toHaveLength(2)
    expect(html).not.toContain('<b>more</b>')
    await app.actions.compare('a', false)
    expect(app.store.getState().compared.map((c) => c.id)).toEqual(['b', 'c0', 'c1', 'c2', 'c3'])
    app.actions.clearCompared()
    expect(app.store.getState().compared).toEqual([])
  })
  it('calls runs of one name by their time, and those of one time by number', () => {
    const named = (createdAt: (i: number) => number) => runLabels([records[2]!, records[3]!, records[0]!].map((r, i) => ({ ...r, createdAt: createdAt(i) })), () => 'LoRA')
    expect(named(() => 5)).toEqual(['<b>more</b>', '<b>more</b> (2)', 'pirate-1'])
    expect(named((i) => i * 86_400_000)).toEqual([expect.stringMatching(/^<b>more<\/b>, 1 Jan/), expect.stringMatching(/^<b>more<\/b>, 2 Jan/), 'pirate-1'])
  })
  it('calls runs on the same rows by what they trained', () => {
    const runs = [4, 16, 16].map((r, i) => ({ createdAt: i * 86_400_000, recipe: recipe('orders', { methods: [{ id: 'lora', options: { r } }] }) }))
    expect(runLabels(runs, ({ methods }) => `LoRA, r = ${String(methods[0]!.options['r'])}`)).toEqual(['orders, LoRA, r = 4', expect.stringMatching(/^orders, LoRA, r = 16, 2 Jan/), expect.stringMatching(/^orders, LoRA, r = 16, 3 Jan/)])
  })
})

it('offers order and search in the table', () => {
  const html = render(<RunsSection />)
  expect(html).toContain('<th scope="col" aria-sort="descending"><button type="button" class="sort">Started')
  expect(html).toContain('placeholder="name, method or data"')
  expect(html).toContain('8 runs')
})
