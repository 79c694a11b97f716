import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { bytesSource } from '../byteSource.ts'
import { Fault } from '../../protocol/failure.ts'
import type { GgufValue } from './ggufTypes.ts'
import { readGguf } from './readGguf.ts'
import { writeGguf, type GgufTensor } from './writeGguf.ts'

const tensor = (name: string, shape: readonly number[], bytes: Uint8Array, type: GgufTensor['type'] = 'F32'): GgufTensor => ({
  name,
  type,
  shape,
  async *stream() {
    // In two pieces, as a real tensor comes.
    yield bytes.subarray(0, 5)
    yield bytes.subarray(5)
  },
})

const metadata = new Map<string, GgufValue>([
  ['general.architecture', { type: 'string', value: 'llama' }],
  ['a.u8', { type: 'u8', value: 200 }],
  ['a.i8', { type: 'i8', value: -3 }],
  ['a.u32', { type: 'u32', value: 4_000_000_000 }],
  ['a.i32', { type: 'i32', value: -5 }],
  ['a.u64', { type: 'u64', value: 2 ** 40 }],
  ['a.f32', { type: 'f32', value: 0.5 }],
  ['a.bool', { type: 'bool', value: true }],
  ['a.tokens', { type: 'string', value: ['<s>', '▁the', ''] }],
  ['a.scores', { type: 'f32', value: [0, -1.5] }],
  ['a.none', { type: 'i32', value: [] }],
])
const values = Uint8Array.from({ length: 24 }, (_, i) => i)

async function written(): Promise<Uint8Array<ArrayBuffer>> {
  const file = writeGguf(metadata, [tensor('x.weight', [3, 2], values), tensor('b', [1, 32], new Uint8Array(34).fill(7), 'Q8_0'), tensor('y', [6], values)])
  const parts: Uint8Array[] = []
  for await (const part of file.stream()) parts.push(part)
  const all = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer())
  expect(all.length).toBe(file.size)
  return all
}

describe('GGUF', () => {
  it('reads back what was written, each tensor aligned', async () => {
    const bytes = await written()
    const file = await readGguf(bytesSource(bytes, 'x.gguf'))
    expect([...file.metadata]).toEqual([...metadata])
    expect([...file.tensors.values()].map(({ name, type, shape }) => ({ name, type, shape }))).toEqual([
      { name: 'x.weight', type: 'F32', shape: [3, 2] },
      { name: 'b', type: 'Q8_0', shape: [1, 32] },
      { name: 'y', type: 'F32', shape: [6] },
    ])
    for (const { start } of file.tensors.values()) expect(start % 32).toBe(0)
    const { start, end } = file.tensors.get('y')!
    expect(bytes.slice(start, end)).toEqual(values)
  })

  it('refuses a tensor whose bytes do not come, or do not fit its blocks', async () => {
    const drain = async (t: GgufTensor): Promise<void> => {
      for await (const part of writeGguf(new Map(), [t]).stream()) expect(part).toBeInstanceOf(Uint8Array)
    }
    await expect(drain(tensor('x', [7], values))).rejects.toThrow('needs 28 bytes, but 24 were given')
    expect(() => writeGguf(new Map(), [tensor('x', [1, 33], values, 'Q8_0')])).toThrow('whole blocks')
  })

  // What a person may drop: anything. The reader says so in one sentence, soon, and keeps nothing large.
  it('answers a cut or changed file with a sentence', async () => {
    const bytes = await written()
    const only = async (given: Uint8Array): Promise<void> => {
      await readGguf(bytesSource(given, 'x.gguf')).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Fault)
        expect((error as Fault).code).toBe('bad-file')
      })
    }
    for (let n = 0; n < bytes.length - 24; n += 3) await expect(readGguf(bytesSource(bytes.slice(0, n), 'x.gguf'))).rejects.toBeInstanceOf(Fault)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) }), { minLength: 1, maxLength: 6 }), async (changes) => {
        const changed = bytes.slice()
        for (const { at, to } of changes) changed[at] = to
        await only(changed)
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
    )
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (tail) => only(new Uint8Array([...bytes.slice(0, 24), ...tail]))), { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) })
  })

  it('does not believe a count', async () => {
    const bytes = await written()
    const claim = (at: number): Uint8Array => {
      const changed = bytes.slice()
      new DataView(changed.buffer).setBigUint64(at, 2n ** 60n, true)
      return changed
    }
    for (const at of [8, 16, 24]) await expect(readGguf(bytesSource(claim(at), 'x.gguf'))).rejects.toBeInstanceOf(Fault)
  })
})
