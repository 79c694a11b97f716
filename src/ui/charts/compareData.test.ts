import { expect, it } from 'vitest'
import { applyAll, newRun, type RunState } from '../../store/runState.ts'
import { testStep } from '../testFixtures.ts'
import { compareData } from './compareData.ts'

const run = (steps: number): RunState => applyAll(newRun(steps), [...Array.from({ length: steps }, (_, i) => testStep(i + 1, steps)), { type: 'validation', step: steps, loss: steps, tokens: 1 }])

it('gives each run its own value at every step that any of them has', () => {
  const [steps, short, long] = compareData([run(3), run(5)], 'smoothed', false)
  expect([...steps]).toEqual([1, 2, 3, 4, 5])
  expect([...short!].map((v) => v !== null)).toEqual([true, true, true, false, false])
  expect([...long!].every((v) => v !== null)).toBe(true)
})
it('joins sparse curves', () => {
  expect(compareData([run(3), run(5)], 'validation', false)).toEqual([Float64Array.of(3, 5), [3, null], [null, 5]])
})
it('draws the last step of long runs, and values of each run only', () => {
  const [a, b] = [run(7000), run(9000)]
  const [steps, first, second] = compareData([a, b], 'gradNorm', true)
  expect(steps.length).toBeLessThanOrEqual(2000)
  expect(steps.at(-1)).toBe(9000)
  const at = steps.indexOf(7000)
  expect([first![at], first![at + 1], typeof second![at]]).toEqual([expect.any(Number), null, 'number'])
})
