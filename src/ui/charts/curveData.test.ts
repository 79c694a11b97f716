// What is drawn of a run follows the view: which curves, which steps, which scale.
import { describe, expect, it } from 'vitest'
import { applyAll, newRun } from '../../store/runState.ts'
import { testStep } from '../testFixtures.ts'
import { en } from '../words/en.ts'
import { firstViews } from '../../store/views.ts'
import { curveData, lossSeries, shownOf } from './curveData.ts'

const run = applyAll(newRun(50), [
  { type: 'validation', step: 0, loss: 3.4, tokens: 1 },
  ...Array.from({ length: 50 }, (_, i) => testStep(i + 1, 50)),
  { type: 'validation', step: 50, loss: 1.1, tokens: 1 },
])

describe('curveData', () => {
  it.each([
    [{ raw: true, smoothed: true }, ['train', 'train, smoothed', 'validation']],
    [{ raw: false, smoothed: true }, ['train, smoothed', 'validation']],
    [{ raw: true, smoothed: false }, ['train', 'validation']],
  ])('draws a column for each series of %o', (part, labels) => {
    const view = { ...firstViews.curves, ...part }
    expect(lossSeries(en.charts.series)[shownOf(view)].map((s) => s.label)).toEqual(labels)
    const { loss } = curveData(run, view)
    expect(loss).toHaveLength(labels.length + 1)
    expect(loss.at(-1)?.at(0)).toBe(3.4)
    expect(loss.at(-1)?.at(-1)).toBe(1.1)
  })
  it('shows the last steps, and only their validations', () => {
    const { loss, rate } = curveData(run, { ...firstViews.curves, last: 10 })
    expect([...loss[0]]).toEqual([41, 42, 43, 44, 45, 46, 47, 48, 49, 50])
    expect(rate[0]).toHaveLength(10)
    expect([...loss.at(-1)!].filter((v) => v !== null)).toEqual([1.1])
  })
  it('leaves what is not positive out of a logarithmic scale', () => {
    const still = applyAll(newRun(2), [{ ...testStep(1, 2), gradNorm: 0 } as never, testStep(2, 2)])
    expect(curveData(still, { ...firstViews.curves, log: true }).norm[1]).toEqual([null, expect.any(Number)])
    expect(curveData(still, firstViews.curves).norm[1]?.[0]).toBe(0)
  })
})
