// The page's sentences about a run, and where its story stands.
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../protocol/event.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import { judgedRun } from '../store/adapterUses.ts'
import { firstState, type AppState } from '../store/appState.ts'
import { applyAll, newRun, type RunState } from '../store/runState.ts'
import { sparkPoints } from './charts/Sparkline.tsx'
import { examplePrompt } from './examplePrompt.ts'
import { iconAddress, iconOf } from './favicon.ts'
import { loadingSnippet } from './loadingSnippet.ts'
import { backwardText } from './planWords.ts'
import { amountText, phaseText, safetyText, statusSentence, stepTimesText, tabTitle, untilText } from './runWords.ts'
import { steps, stepState, stepSummary } from './story.ts'
import { testBase, testDataset, testRecord, testStep } from './testFixtures.ts'
import { testMethods } from './testMethods.ts'

const phase = (name: Extract<RunEvent, { type: 'phase' }>['phase']): RunEvent => ({ type: 'phase', phase: name, at: 0 })
const training: RunState = applyAll(newRun(20), [phase('training'), testStep(1, 20), testStep(2, 20)])

describe('a run in words', () => {
  it('names phase, step, loss and time', () => {
    expect(phaseText(newRun(3))).toBe('Not started')
    expect(statusSentence(training)).toMatch(/^Step 2 of 20, loss \d\.\d{3}, about 7 s left\.$/)
    const scoring = applyAll(newRun(3), [phase('scoring'), { type: 'scoring', when: 'before', done: 3, total: 50 }])
    expect(phaseText(scoring)).toBe('Answering the test rows before training: 3 of 50')
  })
  it('says when a run ended early and whose values it kept', () => {
    const early: RunEvent = { type: 'early-stop', step: 40, patience: 3, best: { step: 25, loss: 1.25 } }
    const best: RunEvent = { type: 'best', step: 25, loss: 1.25 }
    expect(phaseText(applyAll(training, [phase('done')]))).toBe('Done')
    expect(phaseText(applyAll(training, [early, phase('done')]))).toBe('Done: stopped at step 40, no lower validation loss since step 25')
    expect(phaseText(applyAll(training, [best, phase('done')]))).toBe('Done: the values are those of step 25, validation loss 1.250')
    expect(phaseText(applyAll(training, [early, best, phase('saving')]))).toBe('Saving')
    expect(tabTitle(applyAll(training, [early, best, phase('done')]))).toBe('✓ done · Tunesmith')
  })
  it('says how far down the gradients of a plan go', () => {
    expect(backwardText({ layers: 1, of: 12, sparedBytes: 1.05e6 })).toBe('Gradients pass through the top 1 of 12 layers: 1.05 MB of activations less than full tuning keeps.')
    expect(backwardText({ layers: 12, of: 12, sparedBytes: 0 })).toBe('Gradients pass through all 12 layers.')
    expect(backwardText({ layers: 0, of: 1, sparedBytes: 0 })).toBe('Gradients enter no layer.')
  })
  it('puts progress into the tab', () => {
    expect(tabTitle(newRun(3))).toBe('Tunesmith')
    expect(tabTitle(training)).toMatch(/^10 % · loss \d\.\d{3} · Tunesmith$/)
    expect(tabTitle({ ...training, phase: 'paused' })).toBe('paused at 10 % · Tunesmith')
    expect(tabTitle({ ...training, phase: 'done' })).toBe('✓ done · Tunesmith')
  })
  it('counts passes over the data', () => {
    const { training: knobs } = defaultRecipe()
    expect(amountText(knobs, 480, 0.1)).toBe('200 steps read 1,600 rows: 3.7 passes over the data.')
    expect(amountText({ ...knobs, steps: 1, batch_size: 4 }, 40, 0)).toBe('1 step read 4 rows: 10 % of one pass over the data.')
    expect(amountText({ ...knobs, packing: true }, 480, 0.1)).toBe('')
  })
  it('says what closing would cost', () => {
    expect(safetyText(training, 0)).toContain('closing now loses this run')
    const at = (step: number, age: number): string => safetyText({ ...training, checkpoint: { step, bytes: 1, at: 1e12 - age } }, 1e12)
    expect(at(1, 1000)).toBe('Last checkpoint at step 1, just now. Safe to close: you lose at most 1 step.')
    expect(at(2, 47_000)).toBe('Last checkpoint at step 2, 45 s ago. Safe to close: nothing is lost.')
    expect(safetyText({ ...training, checkpoint: { step: 2, bytes: 1 } }, 0)).toBe('Last checkpoint at step 2. Safe to close: nothing is lost.')
  })
  it('says how even the steps were', () => {
    expect(stepTimesText([410, 405, 1200])).toBe('last 3 steps: 405 ms to 1 s, mostly 410 ms')
    expect(sparkPoints([1, 2])).toBe('0.0,12.5 96.0,2.0')
  })
  it('says when it will be over, unless the clock goes round before that', () => {
    expect(untilText(60, 0)).toMatch(/^until \d\d:\d\d$/)
    expect(untilText(19 * 3600, 0)).toBeUndefined()
  })
  it('puts the run into the icon, with a mark of its own for each end', () => {
    expect(iconAddress(iconOf(newRun(3)), 'icon.svg')).toBe('icon.svg')
    const moods = (['training', 'paused', 'done', 'failed'] as const).map((name) => decodeURIComponent(iconAddress(iconOf({ phase: name, step: 50, steps: 100 }), '')))
    expect(new Set(moods).size).toBe(4)
    for (const svg of moods) expect(svg).toMatch(/^data:image\/svg\+xml,<svg/)
    expect(moods[0]).toContain('stroke-dasharray="40.8 81.7"')
    expect(iconOf({ phase: 'training', step: 51, steps: 100 })).toEqual(iconOf({ phase: 'training', step: 50, steps: 100 }))
  })
})

describe('the story', () => {
  const told = (s: AppState): string => steps.map(({ id }) => stepState(s, id)[0]).join('')
  const empty: AppState = { ...firstState(), methods: { busy: false, value: testMethods } }
  const open: AppState = { ...empty, base: { busy: false, value: testBase } }
  const read: AppState = { ...open, dataset: { busy: false, value: testDataset('pirate', defaultRecipe()) } }
  it('moves from left to right', () => {
    expect(told(empty)).toBe('nlllll')
    expect(told(open)).toBe('dnllll')
    expect(told(read)).toBe('dddnll')
    expect(told({ ...read, run: training })).toBe('dddnll')
    const done: AppState = { ...read, run: { ...training, phase: 'done' } }
    expect(told(done)).toBe('ddddnn')
    expect(told({ ...done, asked: { prompt: 'x', uses: [] } })).toBe('dddddn')
  })
  it('sums each step up', () => {
    expect(stepSummary(read, 'method')).toBe('LoRA, r = 8')
    expect(stepSummary({ ...read, run: training }, 'train')).toMatch(/^2 of 20, loss/)
    expect(stepSummary(empty, 'model')).toBe('opening…')
  })
  it('judges the run on show once it has an adapter', () => {
    const run = testRecord('a', defaultRecipe(), { status: 'paused' })
    const withRuns: AppState = { ...read, runs: { busy: false, value: [run] } }
    expect(judgedRun(withRuns)).toBeUndefined()
    expect(judgedRun({ ...withRuns, runId: 'a' })?.id).toBe('a')
    expect(
      judgedRun({ ...withRuns, runId: 'a', runs: { busy: false, value: [{ ...run, hasAdapter: false }] } }),
    ).toBeUndefined()
  })
})

describe('the example prompt', () => {
  const at = (row: Readonly<Record<string, string>>): string =>
    examplePrompt({ ...firstState(), dataset: { busy: false, value: { ...testDataset('x', defaultRecipe()), head: [row] } } })
  it.each([
    [{ prompt: 'a', completion: 'b' }, 'a'],
    [{ instruction: 'do', output: 'done' }, 'do'],
    [{ messages: '[{"role":"system","content":"s"},{"role":"user","content":"hello"}]' }, 'hello'],
    [{ conversations: '[{"from":"human","value":"hi"}]' }, 'hi'],
    [{ messages: '[{"role":"us' }, ''],
    [{ other: 'x' }, ''],
  ])('%o', (row, expected) => expect(at(row)).toBe(expected))
})

describe('the snippet', () => {
  it('names the base and quotes it', () => {
    expect(loadingSnippet(defaultRecipe())).toContain('from_pretrained("path/to/starter")')
    const odd = { ...defaultRecipe(), base: { source: 'folder' as const, id: 'my "model"' } }
    expect(loadingSnippet(odd)).toContain('"my \\"model\\""')
    const sorting = { ...odd, task: 'SEQ_CLS', labels: ['a', 'b', 'c'] } as const
    expect(loadingSnippet(sorting)).toContain('AutoModelForSequenceClassification.from_pretrained("my \\"model\\"", num_labels=3')
    expect(loadingSnippet({ ...sorting, methods: [{ id: 'full', options: {} }] })).toBe('from transformers import AutoModelForSequenceClassification\n\nmodel = AutoModelForSequenceClassification.from_pretrained("path/to/the/unzipped/folder")')
    expect(loadingSnippet({ ...odd, base: { source: 'hub', id: 'org/name/tiny.gguf' } })).toContain('from_pretrained("org/name", gguf_file="tiny.gguf")')
  })
  it('knows what is no PEFT adapter', () => {
    const by = (...ids: string[]): string =>
      loadingSnippet({ ...defaultRecipe(), methods: ids.map((id) => ({ id, options: {} })) })
    expect(by('full')).not.toContain('starter')
    expect(by('bottleneck')).toContain('adapters.init')
    for (const snippet of [by('lora', 'bottleneck'), by('bitfit'), by('gated_lora')]) expect(snippet).toContain('load_adapter("path/to/starter")')
    const gated = [{ id: 'prefix_tuning', options: { use_gating: true } }]
    expect(loadingSnippet({ ...defaultRecipe(), methods: gated })).toContain('load_adapter')
    expect(by('prefix_tuning')).toContain('PeftModel')
    expect(by('hypernetwork')).toContain('"path/to/the/unzipped/folder/tasks/task"')
  })
})
