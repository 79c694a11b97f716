import { describe, expect, it } from 'vitest'
import { defaultRecipe } from '../protocol/recipe.ts'
import type { RunRecord } from '../protocol/studio.ts'
import { testRecord } from '../ui/testFixtures.ts'
import { newestFirst, shownRuns, sortedBy, SORTS, type RunView } from './runTable.ts'

const run = (name: string, createdAt: number, part: Partial<RunRecord> = {}): RunRecord => testRecord(name, { ...defaultRecipe(), name, data: { ...defaultRecipe().data, id: `${name}.jsonl` } }, { createdAt, ...part })
const runs = [run('pirate', 1, { lastLoss: 0.9, scores: { after: 0.5 } }), run('Orders', 3, { status: 'failed', step: 9 }), run('desk', 2, { lastLoss: 0.2, scores: { after: 0.9 } })]
const names = (view: Partial<RunView>): string[] => shownRuns(runs, { ...newestFirst, ...view }, (r) => (r.recipe.name === 'desk' ? 'BitFit' : 'LoRA')).map((r) => r.recipe.name)

describe('shownRuns', () => {
  it('is newest first until told otherwise', () => expect(names({})).toEqual(['Orders', 'desk', 'pirate']))
  it('sorts by every column, and puts what has no value last both ways', () => {
    expect(names({ by: 'loss', descending: false })).toEqual(['desk', 'pirate', 'Orders'])
    expect(names({ by: 'loss', descending: true })).toEqual(['pirate', 'desk', 'Orders'])
    expect(names({ by: 'score', descending: true })).toEqual(['desk', 'pirate', 'Orders'])
    expect(names({ by: 'name', descending: false })).toEqual(['desk', 'Orders', 'pirate'])
    expect(names({ by: 'method', descending: true })).toEqual(['Orders', 'pirate', 'desk'])
    for (const by of SORTS) expect(names({ by }).toSorted()).toEqual(['Orders', 'desk', 'pirate'])
  })
  it('keeps what has every word, and one status', () => {
    expect(names({ query: 'lora PIR' })).toEqual(['pirate'])
    expect(names({ query: 'desk.jsonl' })).toEqual(['desk'])
    expect(names({ query: 'nothing' })).toEqual([])
    expect(names({ status: 'failed' })).toEqual(['Orders'])
  })
  it('turns round when asked twice', () => {
    const once = sortedBy(newestFirst, 'score')
    expect([once.by, once.descending, sortedBy(once, 'score').descending, sortedBy(once, 'loss').descending]).toEqual(['score', true, false, false])
  })
})
