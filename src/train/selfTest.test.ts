import { expect, it } from 'vitest'
import { allOps } from '../ops/allOps.ts'
import { chosenCases } from './selfTest.ts'

it.each([...allOps().values()].map((op) => [op.name, op] as const))('%s is tried on a handful of its cases, one of which has a gradient where the op has one', (_, op) => {
  const chosen = chosenCases(op)
  expect(chosen.length).toBeGreaterThan(0)
  expect(chosen.length).toBeLessThanOrEqual(op.cases.length)
  if (op.backward) expect(chosen.some((c) => c.differentiate?.length !== 0)).toBe(true)
})
