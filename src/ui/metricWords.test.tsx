// The score is called what it is, and labelled words are framed with their label.
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { defaultRecipe } from '../protocol/recipe.ts'
import { readTagged, taggedText } from '../protocol/taggedText.ts'
import type { Score } from '../store/runState.ts'
import { metricOf } from './metricWords.ts'
import { TaggedText } from './parts/TaggedText.tsx'
import { TokenText } from './parts/TokenText.tsx'
import { ScoreBars } from './sections/ScoreBars.tsx'

const words = (score: Score): string => renderToStaticMarkup(<ScoreBars before={undefined} after={score} />).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

describe('scores', () => {
  it('say their metric', () => {
    expect(words({ metric: 'exact_match', correct: 1, total: 4, answers: [] })).toContain('Exact match on the test rows Before not yet After 25 % 1 of 4')
    expect(words({ metric: 'accuracy', correct: 3, total: 4, answers: [] })).toContain('Accuracy on the test rows')
    expect(words({ metric: 'accuracy', unit: 'word', correct: 30, total: 40, answers: [] })).toContain('Accuracy on the words of the test rows')
    const entities = { precision: 0.5, recall: 0.25, f1: 1 / 3, right: 1, wanted: 4, found: 2 }
    expect(words({ metric: 'f1', unit: 'word', correct: 30, total: 40, answers: [], entities })).toContain('Entity F1 on the test rows Before not yet After 33 % 1 of 4 After: 1 entity of 4 found, precision 50 %, recall 25 %, 75 % of words right')
  })
  it('of runs that say none follow from the task', () => {
    const run = { id: 'a', recipe: defaultRecipe(), createdAt: 0, status: 'done', step: 1, hasAdapter: true } as const
    expect([metricOf(run), metricOf({ ...run, recipe: { ...run.recipe, task: 'SEQ_CLS' } }), metricOf({ ...run, scores: { metric: 'f1' } })]).toEqual(['exact_match', 'accuracy', 'f1'])
  })
})

describe('labelled words', () => {
  it('are written as one line and read back', () => {
    const line = taggedText(['Ann', 'saw', 'New', 'York', '.'], ['B-PER', 'O', 'B-LOC', 'I-LOC', 'O'])
    expect(line).toBe('[Ann](PER) saw [New York](LOC) .')
    expect(readTagged(line)).toEqual([{ text: 'Ann', label: 'PER' }, { text: ' saw ' }, { text: 'New York', label: 'LOC' }, { text: ' .' }])
    expect(taggedText(['the', 'cat'], ['DET', 'NOUN'])).toBe('[the](DET) [cat](NOUN)')
    expect(taggedText(['a', 'b'], ['O', 'O'], ['', '  '])).toBe('a  b')
  })
  it('are framed, as text and never as markup', () => {
    const html = renderToStaticMarkup(<TaggedText text="[<b>](PER) x" />)
    expect(html).toContain('&lt;b&gt;')
    expect(html).toContain('<small>PER</small>')
  })
  it('show their label in the preview, and O shows none', () => {
    const html = renderToStaticMarkup(<TokenText tokens={[{ text: 'Ann', trained: true, special: false, label: 'B-PER' }, { text: ' is', trained: true, special: false, label: 'O' }]} />)
    expect(html.match(/token-label/g)).toHaveLength(1)
    expect(html).toContain('B-PER')
  })
})
