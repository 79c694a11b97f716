// What every op is held to: each case on WebGPU equals the CPU oracle, in every variant the op offers, and twice the same bytes;
// what the tuner chooses among gives the same bytes, whichever it takes.
import { beforeAll, describe, expect, it } from 'vitest'
import { runnable } from './chooseKernel.ts'
import { interpret } from './interpret.ts'
import { runOnce } from './runOnce.ts'
import { testGpu } from './testGpu.ts'
import type { Gpu } from '../gpu/device.ts'
import { Pipelines } from '../gpu/pipelines.ts'
import type { Dispatch, OpDefinition, Sizes } from '../graph/op.ts'
import type { Tensor } from '../graph/tensor.ts'
import { caseGraph } from '../ops/caseGraph.ts'

const DEFAULT_TOLERANCE = 2e-6

/** What of a dispatch runs here. Kernels for fewer lanes than this device has compile slowly and are tried in every other case. */
function tried(gpu: Gpu, dispatch: Dispatch, index: number): Dispatch[] {
  const able = runnable(gpu, [dispatch, ...(dispatch.alternatives ?? [])])
  const most = Math.max(...able.map((d) => d.lanes ?? 0))
  return index % 2 === 1 ? able : able.filter((d) => d.lanes === undefined || d.lanes === most)
}

export function testOps(ops: readonly OpDefinition[]): void {
  let gpu: Gpu
  let device: GPUDevice
  let pipelines: Pipelines
  beforeAll(async () => {
    gpu = await testGpu()
    device = gpu.device
    pipelines = new Pipelines(device)
  })

  describe.each(ops.map((op) => ({ name: op.name, op })))('$name', ({ op }) => {
    for (const [index, c] of op.cases.entries()) {
      it(c.name, async () => {
        const { graph, inputs, outputs, values, stored } = caseGraph(op, c)
        const updated = (op.updates ?? []).flatMap((name) => inputs[name] ?? [])
        const keep: Tensor[] = [...Object.values(outputs), ...updated]
        const read = interpret(graph, values)
        const sizes = { ...inputs, ...outputs } as Sizes
        const variants = Math.max(...op.dispatch(sizes, c.attrs).map((d) => tried(gpu, d, index).length))
        const tuned = op.dispatch(sizes, c.attrs).some((d) => d.tune !== undefined)
        let first: readonly ArrayLike<number>[] | undefined
        for (let variant = 0; variant < variants; variant++) {
          const choose = ([d]: readonly Dispatch[]): Dispatch => tried(gpu, d, index)[Math.min(variant, tried(gpu, d, index).length - 1)]
          const found = await runOnce(device, graph, stored, keep, pipelines, choose)
          const again = await runOnce(device, graph, stored, keep, pipelines, choose)
          first ??= found
          keep.forEach((t, k) => {
            const expected = read(t)
            let scale = 1e-30
            for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]))
            const limit = (c.tolerance ?? DEFAULT_TOLERANCE) * scale
            let worst = -1
            let at = 0
            let same = true
            let alike = true
            for (let i = 0; i < expected.length; i++) {
              const error = Math.abs(found[k][i] - expected[i])
              // NaN compares false with everything, so ask for "not within" rather than "beyond".
              if (!(error <= limit) && !(error <= worst)) [worst, at] = [error, i]
              if (!Object.is(found[k][i], again[k][i])) same = false
              if (tuned && found[k][i] !== first![k][i]) alike = false
            }
            expect(worst, `${t.name}[${at}] is ${found[k][at]}, the oracle says ${expected[at]} (variant ${variant}, limit ${limit})`).toBe(-1)
            expect(same, `${t.name} differs between two runs (variant ${variant})`).toBe(true)
            expect(alike, `${t.name} differs from what the first kernel gives (variant ${variant})`).toBe(true)
          })
        }
      })
    }
  })
}
