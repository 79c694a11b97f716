// The self-test passes where the kernels are right, and says so of one that is not. On a few ops: the suite of ops runs them all.
import { expect, it } from 'vitest'
import { testGpu } from '../engine/testGpu.ts'
import { allOps } from '../ops/allOps.ts'
import type { OpDefinition } from '../graph/op.ts'
import { selfTest } from './selfTest.ts'

const some = ['crossEntropy', 'embedding', 'gatedActivation', 'rmsNorm', 'scale', 'toHalf'].map((name) => allOps().get(name)!)

it('gives every op a verdict, and every op with a backward pass one of its gradients', async () => {
  const said: string[] = []
  const report = await selfTest(await testGpu(), ({ done, total, verdict }) => said.push(`${done}/${total} ${verdict.op}`), () => false, some)
  expect(report.verdicts.flatMap((v) => v.problems)).toEqual([])
  expect(report).toMatchObject({ passed: true, cancelled: false })
  expect(report.verdicts.map((v) => v.op).toSorted()).toEqual(some.map((op) => op.name))
  expect(said).toHaveLength(report.verdicts.length)
  for (const v of report.verdicts) expect([v.op, v.forward.tensors > 0, v.gradient !== undefined]).toEqual([v.op, true, allOps().get(v.op)!.backward !== undefined])
})

it('says which kernel is wrong, and stops when told to', async () => {
  const gpu = await testGpu()
  const op = allOps().get('scale') as { -readonly [K in keyof OpDefinition]: OpDefinition[K] }
  const { reference } = op
  op.reference = (values, out, sizes, attrs) => {
    reference(values, out, sizes, attrs)
    out[op.outputs[0]][0] += 1
  }
  try {
    let seen = false
    const report = await selfTest(gpu, ({ verdict }) => (seen ||= verdict.op === 'scale'), () => seen, some)
    expect(report).toMatchObject({ passed: false, cancelled: true })
    expect(report.verdicts.filter((v) => !v.passed).map((v) => v.op)).toContain('scale')
    expect(report.verdicts.find((v) => v.op === 'scale')?.problems[0]).toContain('the oracle says')
  } finally {
    op.reference = reference
  }
})
