import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Memory } from '../gpu/memory.ts'
import { Readings } from './readings.ts'
import { testGpu } from './testGpu.ts'

const WIDTH = 3
const MOST = 4

describe('numbers of several steps in one read-back', () => {
  let memory: Memory
  let source: GPUBuffer
  let readings: Readings
  let reads = 0
  beforeAll(async () => {
    const { device } = await testGpu()
    memory = new Memory(device)
    source = device.createBuffer({ size: 4 * WIDTH * 64, usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST })
    device.queue.writeBuffer(source, 0, Float32Array.from({ length: WIDTH * 64 }, (_, i) => i))
    readings = await Readings.make(memory, WIDTH, MOST)
  })
  afterAll(() => {
    readings.dispose()
    source.destroy()
  })

  const put = async (n: number, hold: boolean): Promise<Promise<number[]>[]> => {
    const { device } = await testGpu()
    const slot = await readings.take()
    const encoder = device.createCommandEncoder()
    encoder.copyBufferToBuffer(source, 4 * WIDTH * n, slot.buffer, slot.offset, 4 * WIDTH)
    device.queue.submit([encoder.finish()])
    readings.submitted(hold)
    // In a list, so that awaiting this function does not await the numbers.
    return [slot.arrived.then(({ numbers }) => [...numbers])]
  }
  const row = (n: number): number[] => [3 * n, 3 * n + 1, 3 * n + 2]

  it('brings each its own, read one by one, together, when full, and when told to', async () => {
    const { device } = await testGpu()
    const mapAsync = GPUBuffer.prototype.mapAsync
    GPUBuffer.prototype.mapAsync = function (...given) {
      reads += 1
      return mapAsync.apply(this, given)
    }
    try {
      const holds = [false, true, true, false, true, true, true, true, true, true]
      const found = []
      for (const [n, hold] of holds.entries()) found.push(...(await put(n, hold)))
      readings.read()
      expect(await Promise.all(found)).toEqual(holds.map((_, n) => row(n)))
      expect(reads).toBe(4)
    } finally {
      GPUBuffer.prototype.mapAsync = mapAsync
    }
    await device.queue.onSubmittedWorkDone()
  })

  it('waits for a buffer when all travel, and uses each again', async () => {
    const found = []
    for (let n = 0; n < 40; n++) found.push(...(await put(n, n % 3 !== 0)))
    readings.read()
    expect(await Promise.all(found)).toEqual(Array.from({ length: 40 }, (_, n) => row(n)))
  })
})
