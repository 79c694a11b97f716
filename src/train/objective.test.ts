import { describe, expect, it } from 'vitest'
import { PLAIN } from './objective.ts'
import { traceStep } from './step.ts'
import { testSubject } from './testSubject.ts'

const shape = { batch: 2, length: 4, rows: 64 }
const subject = testSubject('llama', [{ id: 'lora', options: { r: 2 } }])

describe('the objective', () => {
  const attr = (learn: boolean, name: string, attribute: string) =>
    traceStep(subject, shape, learn, { ...PLAIN, labelSmoothing: 0.1 }).graph.nodes.filter((n) => n.op.name === name).map((n) => n.attrs[attribute])

  it('smooths targets while it learns and not while it scores', () => {
    expect(attr(true, 'crossEntropy', 'smoothing')).toEqual([0.1])
    expect(attr(false, 'crossEntropy', 'smoothing')).toEqual([0])
  })
})
