// At every point of the story there is one next thing, and it is the right one.
import { describe, expect, it } from 'vitest'
import { firstState, type AppState } from '../store/appState.ts'
import { applyAll, newRun } from '../store/runState.ts'
import { nextStep } from './nextStep.ts'
import { testBase, testDataset, testStep } from './testFixtures.ts'

const first = firstState()
const at = (part: Partial<AppState>): AppState => ({ ...first, ...part })
const base = { busy: false, value: testBase }
const dataset = { busy: false, value: testDataset('x', first.recipe) }
const started = applyAll(newRun(50), [{ type: 'phase', phase: 'training', at: 0 }, testStep(10, 50)])
const ended = applyAll(started, [{ type: 'phase', phase: 'done', at: 0 }])

describe('nextStep', () => {
  it.each<readonly [string, Partial<AppState>, string | undefined]>([
    ['the model opens', {}, 'opening'],
    ['no model could be opened', { base: { busy: false } }, 'model'],
    ['a model is open', { base }, 'data'],
    ['another model is open than the recipe names', { base, dataset, recipe: { ...first.recipe, base: { source: 'folder', id: 'mine' } } }, 'model'],
    ['data are read', { base, dataset: { busy: true } }, 'reading'],
    ['columns have no meaning yet', { base, dataset: { busy: false, value: { ...dataset.value, isUnmapped: true } } }, 'mapping'],
    ['model and data are there', { base, dataset }, 'train'],
    ['a run is prepared', { base, dataset, working: true }, 'preparing'],
    ['a run trains', { base, dataset, working: true, run: started, runId: 'a' }, 'watch'],
    ['a run failed', { base, dataset, run: applyAll(started, [{ type: 'phase', phase: 'failed', at: 0 }]), runId: 'a' }, 'failed'],
    ['a run is done', { base, dataset, run: ended, runId: 'a' }, 'judge'],
    ['it was asked', { base, dataset, run: ended, runId: 'a', asked: { prompt: 'x', uses: [] } }, 'keep'],
    ['it was taken away', { base, dataset, run: ended, runId: 'a', asked: { prompt: 'x', uses: [] }, exporting: { busy: false, value: { runId: 'a', name: 'a.zip', bytes: 1, files: [] } } }, undefined],
    ['there is no GPU', { base, device: { busy: false, failure: { code: 'no-webgpu', message: 'No.', hint: 'Yes.' } } }, undefined],
  ])('where %s', (_, part, what) => {
    expect(nextStep(at(part))?.what).toBe(what)
  })
  it('says how far a run is', () => {
    expect(nextStep(at({ base, dataset, working: true, run: started, runId: 'a' }))?.share).toBe(0.2)
  })
})
