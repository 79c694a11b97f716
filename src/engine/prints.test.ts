import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { BufferRequest, Memory } from '../gpu/memory.ts'
import type { Kernel, Pipelines } from '../gpu/pipelines.ts'
import { assemble, readInterface } from '../gpu/wgsl.ts'
import { printGraph } from '../graph/print.ts'
import { bytesOf } from '../graph/tensor.ts'
import { traceStep } from '../train/step.ts'
import { testSubject } from '../train/testSubject.ts'
import { plan, printPlan } from './plan.ts'
import { printRecording, record, type Placed } from './record.ts'

// Graph, plan and recording of a LoRA step as text. They change when an op, a kernel's tiling or the planner does; read the
// difference, then renew them with `npx vitest run --project node src/engine/prints.test.ts -u`.
describe('a step prints', () => {
  beforeAll(() => void vi.stubGlobal('GPUBufferUsage', { UNIFORM: 64, COPY_SRC: 4, COPY_DST: 8, STORAGE: 128 }))
  afterAll(() => void vi.unstubAllGlobals())

  it.each(['llama', 'qwen2', 'gpt2'])('%s', async (modelType) => {
    const subject = testSubject(modelType, [{ id: 'lora', options: { r: 2 } }])
    const { graph, loss, boundary } = traceStep(subject, { batch: 2, length: 6, rows: 64 }, true)
    const p = plan(graph, [loss], boundary)
    const outside = graph.sources.filter((t) => t.kind === 'weight' || t.kind === 'state')
    const places = new Map(
      outside.map((t): [string, Placed] => [t.name, { buffer: {} as GPUBuffer, offset: 0, size: bytesOf(t) }]),
    )
    const recording = await record(p, paper, paperPipelines, places)
    const text = [printGraph(graph), printPlan(p), printRecording(recording)].join('\n\n')
    await expect(`${text}\n`).toMatchFileSnapshot(`../../e2e/golden/prints/${modelType}.txt`)
  })
})

/** Memory and pipelines without a device: enough to lay out a recording, and the same on every machine. */
const paper = {
  device: { queue: { writeBuffer: () => undefined }, createBindGroup: () => ({}) },
  allocate: (requests: readonly BufferRequest[]) => Promise.resolve(requests.map(({ bytes }) => ({ size: bytes }))),
  free: () => undefined,
} as unknown as Memory

const paperPipelines = {
  get: (shader: string, entry: string, defines = {}) =>
    Promise.resolve({ interface: readInterface(assemble(shader, defines), entry) } as unknown as Kernel),
} as unknown as Pipelines
