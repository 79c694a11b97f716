import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concat, utf8 } from '../lib/bytes.ts'
import { Fault } from '../protocol/failure.ts'
import { bytesSource } from './byteSource.ts'
import { dtypeBytes, type DType } from './dtype.ts'
import { readHeader } from './safetensors.ts'
import { streamSafetensors, writeSafetensors, type OutTensor } from './writeSafetensors.ts'

const read = (bytes: Uint8Array) => readHeader(bytesSource(bytes, 'model.safetensors'))
const withHeader = (json: string, data = 0) => {
  const text = utf8(json)
  const size = new Uint8Array(8)
  new DataView(size.buffer).setBigUint64(0, BigInt(text.length), true)
  return concat([size, text, new Uint8Array(data)])
}
const fault = async (bytes: Uint8Array): Promise<string> => {
  const error: unknown = await read(bytes).then(
    () => 'accepted',
    (e: unknown) => e,
  )
  return error instanceof Fault ? error.message : expect.fail(`not a Fault: ${String(error)}`)
}

const anyTensors: fc.Arbitrary<Map<string, OutTensor>> = fc
  .dictionary(
    fc
      .oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('__proto__', '1', '0', 'constructor'))
      .filter((n) => n !== '__metadata__'),
    fc.record({
      dtype: fc.constantFrom(...(Object.keys(dtypeBytes) as DType[])),
      shape: fc.array(fc.nat(4), { maxLength: 3 }),
    }),
  )
  .map((o) => {
    let fill = 0
    return new Map(
      Object.entries(o).map(([name, { dtype, shape }]) => {
        const size = shape.reduce((n, d) => n * d, dtypeBytes[dtype])
        return [name, { dtype, shape, data: Uint8Array.from({ length: size }, () => fill++) }]
      }),
    )
  })

test('what is written is read back, streamed or whole, and equal input gives equal bytes', async () => {
  await fc.assert(
    fc.asyncProperty(anyTensors, fc.dictionary(fc.string(), fc.string()), async (tensors, metadata) => {
      const bytes = writeSafetensors(tensors, metadata)
      const header = await read(bytes)
      expect(header.entries.size).toBe(tensors.size)
      for (const [name, t] of tensors) {
        const e = header.entries.get(name)
        if (!e) return expect.fail(`${name} is missing`)
        expect([e.dtype, e.shape]).toEqual([t.dtype, t.shape])
        expect(bytes.slice(e.start, e.end)).toEqual(t.data)
        expect(e.start % dtypeBytes[t.dtype]).toBe(0)
      }
      if (Object.keys(metadata).length > 0)
        expect(Object.entries(header.metadata).sort()).toEqual(Object.entries(metadata).sort())
      expect(writeSafetensors(new Map([...tensors].reverse()), metadata)).toEqual(bytes)
      const parts: Uint8Array[] = []
      const streamed = new Map(
        [...tensors].map(([n, t]) => [
          n,
          {
            ...t,
            async *stream() {
              yield t.data.slice(0, 3)
              yield t.data.slice(3)
            },
          },
        ]),
      )
      for await (const part of streamSafetensors(streamed, metadata)) parts.push(part)
      expect(concat(parts)).toEqual(bytes)
    }),
  )
})

test('damaged files never fail with anything but a Fault', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyTensors,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.nat(),
      async (tensors, edits, cut) => {
        const bytes = writeSafetensors(tensors)
        for (const [at, value] of edits) bytes[at % bytes.length] = value
        await read(bytes.slice(0, bytes.length - (cut % 20))).catch((e: unknown) => expect(e).toBeInstanceOf(Fault))
      },
    ),
    { numRuns: 1000 },
  )
})

test('a file cut short says how many bytes it should have', async () => {
  const bytes = writeSafetensors(new Map([['w', { dtype: 'F32', shape: [10], data: new Uint8Array(40) }]]))
  expect(await fault(bytes.slice(0, -8))).toContain(`need ${bytes.length} bytes, but the file has only ${bytes.length - 8}`)
  expect(await fault(bytes.slice(0, 20))).toContain('but the file has only 20')
  expect(await fault(bytes.slice(0, 5))).toContain('found 5')
  expect(await fault(concat([bytes, new Uint8Array(1)]))).toContain(`the file has ${bytes.length + 1}`)
})

const w = (dtype: string, shape: string, from: number, to: number, name = 'w') =>
  `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":[${from},${to}]}`

test.each([
  ['a hole', `{${w('U8', '[4]', 0, 4)},${w('U8', '[4]', 5, 9, 'v')}}`, 9, 'starts at byte'],
  ['an overlap', `{${w('U8', '[4]', 0, 4)},${w('U8', '[4]', 3, 7, 'v')}}`, 7, 'starts at byte'],
  ['the same bytes twice', `{${w('U8', '[4]', 0, 4)},${w('U8', '[4]', 0, 4, 'v')}}`, 4, 'starts at byte'],
  ['a name twice', `{${w('U8', '[2]', 0, 2)},${w('U8', '[2]', 2, 4)}}`, 4, 'lists w twice'],
  ['an escaped name twice', `{${w('U8', '[2]', 0, 2)},${w('U8', '[2]', 2, 4, '\\u0077')}}`, 4, 'lists w twice'],
  ['a wrong span', `{${w('F32', '[2]', 0, 4)}}`, 4, 'needs 8 bytes, but its offsets span 4'],
  ['backward offsets', `{${w('U8', '[0]', 4, 0)}}`, 4, 'span -4'],
  ['an overflowing shape', `{${w('F32', '[4294967296,4294967296,4294967296]', 0, 4)}}`, 4, 'but its offsets span 4'],
  ['a negative size', `{${w('F32', '[-1,-1]', 0, 4)}}`, 4, 'no valid shape'],
  ['8-bit floats', `{${w('F8_E4M3', '[4]', 0, 4)}}`, 4, '8-bit and smaller floats are not supported'],
  ['an unknown type', `{${w('Q4', '[4]', 0, 4)}}`, 4, 'known ones are'],
  ['no JSON', '{"w":', 0, 'not valid JSON'],
  ['a list', '[]', 0, 'does not start with "{"'],
  ['odd metadata', '{"__metadata__":{"a":1}}', 0, '__metadata__ must map names to texts'],
])('%s is refused', async (_, json, data, message) => expect(await fault(withHeader(json, data))).toContain(message))

test('a header of absurd length is refused before it is read', async () => {
  const bytes = new Uint8Array(16).fill(255)
  expect(await fault(bytes)).toContain('at most 100000000')
})
