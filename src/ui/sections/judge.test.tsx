// What the judge shows, as markup: the card says in words what its numbers mean, and every class has its row.
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../protocol/event.ts'
import type { Difference, Measure, Report } from '../../protocol/report.ts'
import { createApp } from '../../store/appStore.ts'
import { applyAll, newRun } from '../../store/runState.ts'
import { AppProvider } from '../AppContext.ts'
import { changeNumber, measureNumber, verdicts } from '../reportWords.ts'
import { en } from '../words/en.ts'
import { testReport } from '../testReport.ts'
import { testStudio } from '../testStudio.ts'
import { bestText, BestNote } from './BestNote.tsx'
import { ReportCard } from './ReportCard.tsx'

const app = createApp(testStudio())
const render = (report: Report): string => {
  app.store.setState((s) => ({ run: { ...s.run, report } }))
  return renderToStaticMarkup(<AppProvider value={{ ...app, store: { ...app.store, getInitialState: app.store.getState } }}><ReportCard /></AppProvider>)
}
const measure = (part: Partial<Measure>): Measure => ({ id: 'exact_match', on: 'test', count: 20, unit: 'answer', before: { value: 40 }, after: { value: 55 }, ...part })
const difference = (verdict: Difference['verdict'], p: number): Difference => ({ test: 'mcnemar', p, verdict })
/** With plain spaces. */
const said = (...measures: Measure[]) => verdicts({ measures }, en.judge).map((v) => v.text.replaceAll('\u00a0', ' '))

describe('verdicts', () => {
  it('call a difference real, possible or none, and never more', () => {
    expect(said(measure({ difference: difference('better', 0.0004) }))).toEqual(['Better beyond chance: exact match on 20 test answers went from 40 % to 55 % (p < 0.001).'])
    expect(said(measure({ difference: difference('worse', 0.03), after: { value: 10 } }))[0]).toMatch(/^Worse beyond chance/)
    expect(said(measure({ difference: difference('unclear', 0.25) }))).toEqual(['The difference may be chance: exact match on 20 test answers went from 40 % to 55 % (p = 0.25). More test rows would tell.'])
    expect(said(measure({ difference: difference('unclear', 1), after: { value: 40 } }))).toEqual(['No difference in exact match on 20 test answers: 40 % before and after.'])
    expect(said(measure({}))).toEqual([])
  })
  it('name the measure that can tell where the first cannot', () => {
    const texts = said(measure({ difference: difference('unclear', 1), before: { value: 0 }, after: { value: 0 } }), measure({ id: 'chrf', before: { value: 20 }, after: { value: 71.23 }, difference: difference('better', 0.001) }))
    expect(texts).toEqual(['No difference in exact match on 20 test answers: 0 % before and after.', 'Better beyond chance: chrF on 20 test answers went from 20.0 to 71.2 (p = 0.001).'])
  })
  it('say what was forgotten, how much, and when nothing shows', () => {
    const general = (after: number, verdict: Difference['verdict'], p: number) => measure({ id: 'bits_per_byte', on: 'general', count: 16, unit: 'passage', before: { value: 2 }, after: { value: after }, difference: difference(verdict, p) })
    expect(said(general(2.1, 'worse', 0.002))[0]).toBe('It forgot a little: general text takes 5.0 % more bits per byte than before (p = 0.002).')
    expect(said(general(3, 'worse', 0.001))[0]).toMatch(/^It forgot much/)
    expect(said(general(2.01, 'unclear', 0.3))[0]).toMatch(/^No forgetting that 16 passages of general text could show/)
    expect(said(general(1.9, 'better', 0.01))[0]).toMatch(/^Nothing forgotten/)
  })
  it('judge a run without test rows by what was held out', () => {
    expect(said(measure({ id: 'perplexity', on: 'validation', unit: 'row', before: { value: 2067.2 }, after: { value: 1.613 }, difference: difference('better', 0.001) }))).toEqual(['Better beyond chance: perplexity on 20 held-out rows went from 2,067 to 1.61 (p = 0.001).'])
  })
})

it('numbers are as long as they are sure', () => {
  expect([measureNumber('accuracy', 74.04, en.judge), measureNumber('accuracy', 3.14, en.judge), measureNumber('chrf', 71.25, en.judge), measureNumber('perplexity', 2067.4, en.judge), measureNumber('bits_per_byte', 0.44861, en.judge), measureNumber('perplexity', Number.POSITIVE_INFINITY, en.judge)]).toEqual(['74', '3.1', '71.3', '2,067', '0.449', 'not finite'])
  expect(changeNumber(measure({ id: 'perplexity', before: { value: 31.6 }, after: { value: 2.98 } }), en.judge)).toBe('−28.6')
  expect(changeNumber(measure({ after: { value: 40 } }), en.judge)).toBe('±0')
})

describe('whose values are judged', () => {
  const validation = (step: number, loss: number): RunEvent => ({ type: 'validation', step, loss, tokens: 9 })
  const ran = (...events: RunEvent[]) => applyAll(newRun(30), [...events, { type: 'phase', phase: 'done', at: 0 }])
  it('says when earlier ones were better, and offers to keep the best', () => {
    const run = ran(validation(0, 3), validation(10, 1), validation(20, 1.2))
    expect(bestText(run, en.judge)).toBe('Judged are the last values. At step 10 the validation loss was lower, 1.000 instead of 1.200: from there on it may have learned its rows by heart.')
    app.store.setState({ run })
    const note = (): string => renderToStaticMarkup(<AppProvider value={{ ...app, store: { ...app.store, getInitialState: app.store.getState } }}><BestNote /></AppProvider>)
    expect(note()).toMatch(/<button[^>]*>[^<]*Keep the best/)
    app.actions.setTraining('load_best_model_at_end', true)
    expect(note()).toContain('The next run keeps the best.')
  })
  it('is silent where the last are the best, and where nothing was held out', () => {
    expect(bestText(ran(validation(0, 3), validation(10, 1), validation(20, 1.01)), en.judge)).toBeUndefined()
    expect(bestText(ran(), en.judge)).toBeUndefined()
    expect(bestText(ran(validation(0, 3), validation(10, 1), validation(20, 2), { type: 'best', step: 10, loss: 1 }), en.judge)).toBe('Judged are the values of step 10, where the validation loss was lowest: 1.000.')
  })
})

describe('ReportCard', () => {
  it('has a row for each measure, with units, intervals and the verdict in words', () => {
    const html = render(testReport(50).report)
    for (const text of ['Better beyond chance', 'It forgot very little', '50 test answers', '48 held-out rows', '16 passages of general text', 'tokens</span>', '2.81 to 3.16', 'better, p\u00a0&lt;\u00a00.001', 'How to read it']) expect(html).toContain(text)
    expect(html.match(/scope="rowgroup"/g)).toHaveLength(3)
  })
  it('shows classes as text, with the answers that are none', () => {
    const confusion = { counts: [[3, 1, 0], [0, 2, 2]], classes: [{ precision: 1, recall: 0.75, f1: 0.857, support: 4 }, { precision: 0.667, recall: 0.5, f1: 0.571, support: 4 }], macroF1: 0.714 }
    const html = render({ measures: [measure({ before: undefined } as unknown as Partial<Measure>)], classes: { labels: ['<b>x</b>', 'y'], after: confusion } })
    for (const text of ['&lt;b&gt;x&lt;/b&gt;', 'anything else', 'Confusions of the tuned model', '75 %', 'nothing to compare with']) expect(html).toContain(text)
    expect(html.match(/data-right="true"/g)).toHaveLength(2)
  })
})
