import { beforeAll, describe, expect, it } from 'vitest'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import { testGpu } from '../engine/testGpu.ts'
import { toFailure } from '../protocol/failure.ts'
import { attachAll } from '../methods/registry.ts'
import { mount, openModel, subjectOf } from '../train/base.ts'
import { Learner } from '../train/learner.ts'
import { Memory, type BufferRequest } from './memory.ts'

let device: GPUDevice
beforeAll(async () => {
  device = (await testGpu()).device
})

const of = (bytes: number, fields: Partial<BufferRequest> = {}): BufferRequest => ({
  label: 'test',
  bytes,
  memory: 'workspace',
  ...fields,
})
const sentence = /^[A-Z][^.]*(\.\d[^.]*)*\.$/

describe('memory', () => {
  it('counts what it gives and what it gets back', async () => {
    const memory = new Memory(device)
    const [small, odd] = await memory.allocate([of(1), of(18), of(64, { memory: 'weights' })])
    expect([small.size, odd.size]).toEqual([16, 20])
    expect([memory.bytes(), memory.bytes('workspace'), memory.bytes('weights'), memory.bytes('trainable')]).toEqual([
      100, 36, 64, 0,
    ])
    memory.free([small])
    memory.free([small])
    expect(memory.bytes()).toBe(84)
    memory.free([odd])
    expect(memory.bytes()).toBe(64)
  })

  it('says in one sentence that a buffer is larger than this GPU allows', async () => {
    const memory = new Memory(device)
    const failure = toFailure(
      await memory.allocate([of(64), of(2 ** 50, { label: 'the logits' })]).catch((error: unknown) => error),
    )
    expect(failure.code).toBe('out-of-memory')
    expect(failure.message).toMatch(/^the logits needs one buffer of 1073741824\.0 MiB, and this GPU allows [\d.]+ MiB\.$/)
    expect(failure.hint).toMatch(sentence)
    expect(memory.bytes()).toBe(0)
  })

  it('destroys the whole request when one buffer of it fails', async () => {
    const memory = new Memory(device)
    const [held] = await memory.allocate([of(256)])
    const made: GPUBuffer[] = []
    // An impossible usage stands for a refusal in the middle of a request.
    const refused = { ...of(1024), usage: 0xffff }
    const watched = new Memory(watch(device, made))
    const failure = toFailure(await watched.allocate([of(512), refused, of(512)]).catch((error: unknown) => error))
    expect(failure.code).toBe('out-of-memory')
    expect(failure.message).toMatch(sentence)
    expect(watched.bytes()).toBe(0)
    expect(made).toHaveLength(3)
    expect(await stillUsable(device, made[0])).toBe(false)
    // The device goes on, and what was there before is untouched.
    expect(await stillUsable(device, held)).toBe(true)
    const [again] = await memory.allocate([of(512)])
    expect(memory.bytes()).toBe(768)
    memory.free([again, held])
    expect(memory.bytes()).toBe(0)
  })

  it('says how much was asked for when the GPU has no more', async () => {
    const made: GPUBuffer[] = []
    const memory = new Memory(exhausted(device, made))
    const failure = toFailure(await memory.allocate([of(2 ** 20), of(2 ** 21)]).catch((error: unknown) => error))
    expect(failure).toMatchObject({
      code: 'out-of-memory',
      message: 'The GPU could not give 3.0 MiB more; 0.0 MiB are in use.',
      detail: 'no room',
    })
    expect(memory.bytes()).toBe(0)
    expect(await stillUsable(device, made[0])).toBe(false)
  })
})

it('a learner gives back every byte, after work and after a failed start', async () => {
  const base = mount(openModel(await goldenModel('gpt2')), await testGpu())
  const subject = subjectOf(base, attachAll([{ id: 'lora', options: {} }], base.outline))
  await base.weights.load(subject.census.weights)
  const weights = base.memory.bytes()
  expect(weights).toBe(base.memory.bytes('weights'))

  const learner = await Learner.make(base, subject)
  await learner.prepare({ batch: 1, length: 8, rows: 64 }, true)
  await learner.prepareUpdate(() => ({ lrScale: 1, weightDecay: 0 }))
  expect(base.memory.bytes('trainable')).toBe(4 * 4 * subject.layout.length)
  expect(base.memory.bytes('activations')).toBeGreaterThan(0)
  // A batch of 2²⁵ tokens: the plan is made, and its largest buffers cannot be had.
  const failure = toFailure(
    await learner.prepare({ batch: 2 ** 20, length: 32, rows: 64 }, true).catch((error: unknown) => error),
  )
  expect(failure.code).toBe('out-of-memory')
  await learner.dispose()
  expect(base.memory.bytes()).toBe(weights)
  base.weights.dispose()
  expect(base.memory.bytes()).toBe(0)
})

/** Whether a copy out of the buffer passes validation. */
async function stillUsable(on: GPUDevice, buffer: GPUBuffer): Promise<boolean> {
  const to = on.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_DST })
  on.pushErrorScope('validation')
  const encoder = on.createCommandEncoder()
  encoder.copyBufferToBuffer(buffer, 0, to, 0, 16)
  on.queue.submit([encoder.finish()])
  const error = await on.popErrorScope()
  to.destroy()
  return error === null
}

/** The device, with every buffer it makes noted down. */
function watch(
  real: GPUDevice,
  made: GPUBuffer[],
  popErrorScope: GPUDevice['popErrorScope'] = () => real.popErrorScope(),
): GPUDevice {
  const createBuffer = (d: GPUBufferDescriptor): GPUBuffer => {
    const buffer = real.createBuffer(d)
    made.push(buffer)
    return buffer
  }
  const pushErrorScope = (filter: GPUErrorFilter): undefined => void real.pushErrorScope(filter)
  return { limits: real.limits, queue: real.queue, createBuffer, pushErrorScope, popErrorScope } as unknown as GPUDevice
}

/** The device of a GPU that is full: its out-of-memory scope reports an error. */
function exhausted(real: GPUDevice, made: GPUBuffer[]): GPUDevice {
  let scopes = 0
  return watch(real, made, async () => {
    await real.popErrorScope()
    return ++scopes === 2 ? ({ message: 'no room' } as GPUError) : null
  })
}
