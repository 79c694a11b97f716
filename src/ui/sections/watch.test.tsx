// What a run shows of itself, as markup: text stays text, every picture has its table, nothing stands where nothing was told.
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { ReadToken } from '../../protocol/event.ts'
import { applyAll, newRun } from '../../store/runState.ts'
import { testAnswers, testReading } from '../testWatch.ts'
import { SampleTimeline } from './SampleTimeline.tsx'
import { TokenReading } from './TokenReading.tsx'
import { meanLoss, tint } from './tokenTint.ts'

const run = applyAll(newRun(100), [testAnswers(0), testReading(0, 100), testAnswers(50), testAnswers(60), testAnswers(60), testReading(60, 100), testReading(100, 100)])

describe('SampleTimeline', () => {
  const html = renderToStaticMarkup(<SampleTimeline samples={run.samples!} />)
  it('has a row for every time, each step once, and what was expected at the end', () => {
    expect(run.samples?.map((s) => s.step)).toEqual([0, 50, 60])
    expect(html.match(/<th scope="row"/g)).toHaveLength(4)
    expect(html.match(/right: /g)).toHaveLength(1)
    expect(html).toMatch(/<tfoot>.*Me matey wears a crimson cap, aye!/)
  })
  it('keeps what a model writes text, and names nothing', () => {
    const evil = [{ step: 1, answers: [{ prompt: '<i>', expected: '', answer: '<img src=x>', correct: false }, { prompt: 'b', expected: '', answer: ' ', correct: false }] }]
    const markup = renderToStaticMarkup(<SampleTimeline samples={evil} />)
    expect(markup).not.toContain('<img')
    expect(markup).toContain('<i class="soft">nothing</i>')
    expect(markup).not.toContain('<tfoot>')
  })
})

describe('TokenReading', () => {
  it('shows the first reading and the last, tinted by loss', () => {
    expect(run.readings?.map((r) => r.step)).toEqual([0, 100])
    const html = renderToStaticMarkup(<TokenReading readings={run.readings!} />)
    expect(html).toContain('Before training: 2.325 nats')
    expect(html).toContain('After step 100: ')
    expect(html.match(/tint-5"> the/g)).toHaveLength(2)
    expect(html).toContain('<span class="token-special reading-context">&lt;s&gt;</span>')
    expect(html).toContain('Show as table')
  })
  it.each([
    [0, 0],
    [0.0999, 0],
    [0.1, 1],
    [2.9, 3],
    [99, 5],
  ])('gives a loss of %d the tint %d', (loss, expected) => expect(tint(loss)).toBe(expected))
  it('takes the mean over what is predicted alone', () => {
    const tokens: ReadToken[] = [{ text: 'a' }, { text: 'b', loss: 1 }, { text: 'c', loss: 3 }]
    expect(meanLoss(tokens)).toBe(2)
    expect(meanLoss([{ text: 'a' }])).toBeUndefined()
  })
})
