// What the GPU writes while a matrix streams in equals packBlocks, byte for byte, from every float type and for every tail.
import { beforeAll, describe, expect, it } from 'vitest'
import { Memory } from '../gpu/memory.ts'
import { Pipelines } from '../gpu/pipelines.ts'
import { blockLayout } from '../graph/blocks.ts'
import { packBlocks, type Quantized } from '../graph/packBlocks.ts'
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from '../lib/halfFloat.ts'
import { normal } from '../lib/rng.ts'
import { Quantizer, type FloatType } from './quantizer.ts'
import { readNow } from './readback.ts'
import { testGpu } from './testGpu.ts'

let memory: Memory
let pipelines: Pipelines
beforeAll(async () => {
  const { device } = await testGpu()
  memory = new Memory(device)
  pipelines = new Pipelines(device)
})

/** Large and tiny blocks, one of zeros, and values halfway between two codes. */
const values = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => {
    const block = i >> 6
    if (block % 5 === 3) return 0
    if (block % 5 === 4) return ((i % 64) - 31.5) / 127
    return normal(3, block, i % 64) * (block % 5 === 1 ? 1e-6 : 0.02)
  })

const stored: Readonly<Record<FloatType, (given: Float32Array) => { bytes: Uint8Array; rounded: Float32Array }>> = {
  F32: (given) => ({ bytes: new Uint8Array(given.buffer.slice(0)), rounded: given }),
  F16: (given) => ({ bytes: new Uint8Array(f32ToF16(given).buffer), rounded: f16ToF32(f32ToF16(given)) }),
  BF16: (given) => ({ bytes: new Uint8Array(f32ToBf16(given).buffer), rounded: bf16ToF32(f32ToBf16(given)) }),
}

describe.each(['int8', 'nf4', 'nf4_double'] as const)('%s', (to: Quantized) => {
  it.each([['F32', 1], ['F32', 6400 + 17], ['F16', 64 * 300 + 3], ['BF16', 64 * 257], ['BF16', 333]] as const)('from %s, %i values', async (from, count) => {
    const { bytes, rounded } = stored[from](values(count))
    const size = blockLayout(to, [count]).words * 4
    const [into] = await memory.allocate([{ label: 'weight', bytes: size, memory: 'weights' }])
    const quantizer = new Quantizer(memory, pipelines)
    // Chunks that end anywhere between elements.
    const chunks = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, i) => bytes.subarray(i * 1000, (i + 1) * 1000))
    let told = 0
    await quantizer.write({ chunks, from, to, shape: [count], into, onBytes: (n) => (told += n) })
    const [found] = await readNow(memory, [{ buffer: into, offset: 0, size }])
    expect(told).toBe(bytes.length)
    const expected = packBlocks(rounded, to)
    const wrong = new Uint8Array(found).findIndex((b, i) => b !== expected[i])
    expect(wrong, `byte ${wrong} of ${size}`).toBe(-1)
    const before = memory.bytes('transfer')
    await quantizer.release()
    expect([before > 0, memory.bytes('transfer')]).toEqual([true, 0])
    memory.free([into])
  })

  it('takes several matrices at once, one after the other, and gives its memory back after the last', async () => {
    const sizes = [700, 64 * 40, 129]
    const buffers = await memory.allocate(sizes.map((n) => ({ label: 'weight', bytes: blockLayout(to, [n]).words * 4, memory: 'weights' as const })))
    const quantizer = new Quantizer(memory, pipelines)
    const given = sizes.map((n, k) => values(n).map((v) => v * (k + 1)))
    const work = given.map((x, k) => quantizer.write({ chunks: [new Uint8Array(x.buffer)], from: 'F32', to, shape: [sizes[k]], into: buffers[k] }))
    await quantizer.release()
    await Promise.all(work)
    for (const [k, x] of given.entries()) {
      const [found] = await readNow(memory, [{ buffer: buffers[k], offset: 0, size: blockLayout(to, [sizes[k]]).words * 4 }])
      expect(new Uint8Array(found)).toEqual(packBlocks(x, to))
    }
    expect(memory.bytes('transfer')).toBe(0)
    memory.free(buffers)
  })

  it('takes a matrix larger than a piece', async () => {
    const count = 2 ** 20 + 64 * 5 + 1
    const given = Float32Array.from({ length: count }, (_, i) => Math.sin(i) * 0.1)
    const size = blockLayout(to, [count]).words * 4
    const [into] = await memory.allocate([{ label: 'weight', bytes: size, memory: 'weights' }])
    const quantizer = new Quantizer(memory, pipelines)
    await quantizer.write({ chunks: [new Uint8Array(given.buffer)], from: 'F32', to, shape: [count], into })
    const [found] = await readNow(memory, [{ buffer: into, offset: 0, size }])
    const expected = packBlocks(given, to)
    expect(new Uint8Array(found).findIndex((b, i) => b !== expected[i])).toBe(-1)
    await quantizer.release()
    memory.free([into])
  })
})
