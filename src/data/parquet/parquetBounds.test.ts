// Counts in a Parquet file that there are no bytes for: each is refused before anything is made of it.
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../../files/byteSource.ts'
import { concat } from '../../lib/bytes.ts'
import { formats } from '../format.ts'
import { parquetFiles } from '../testParquet.ts'
import { walkDeltas, walkHybrid } from './pageStreams.ts'
import { readThrift } from './thrift.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const HUGE = [0xfe, 0xff, 0xff, 0xff, 0x0f]

describe('runs', () => {
  test('of one value and of packed ones are walked, and those that equal one are counted', () => {
    expect(walkHybrid(bytes(20, 1), 0, 1, 10, 1)).toBe(10)
    expect(walkHybrid(bytes(3, 0b10110101), 0, 1, 8, 1)).toBe(5)
    expect(walkHybrid(bytes(8, 2, 3, 0b11_10_01_00, 0b00_00_00_10), 0, 2, 12, 2)).toBe(6)
  })
  test.each([
    ['a run of a billion', bytes(...HUGE, 1), 1],
    ['a packed run of a billion', bytes(0xff, 0xff, 0xff, 0xff, 0x0f, 1), 1],
    ['a packed run of numbers without bits', bytes(0xff, 0xff, 0xff, 0xff, 0x0f), 0],
    ['a run beyond the page', bytes(5, 1), 8],
    ['no run', bytes(), 1],
    ['a count that does not end', bytes(...Array<number>(20).fill(0x80)), 1],
    ['numbers of 200 bits', bytes(3, 1), 200],
  ])('%s is refused', (_, page, width) => expect(() => walkHybrid(page, 0, width, 16)).toThrow(Error))
})

describe('deltas', () => {
  test('give their numbers', () => {
    const found: number[] = []
    // Blocks of 128 in 4 parts; 3 numbers from 5 on; the least delta is -1, and two bits each: 2, 0.
    walkDeltas(bytes(128, 1, 4, 3, 10, 1, 2, 0, 0, 0, 0b0010, ...Array<number>(7).fill(0)), 0, 3, (n) => found.push(n))
    expect(found).toEqual([5, 6, 5])
  })
  test.each([
    ['parts of nothing', bytes(128, 1, 0, 3, 10, 1)],
    ['blocks of a billion', bytes(...HUGE, 4, 3, 10, 1)],
    ['a billion parts', bytes(128, 1, ...HUGE, 3, 10, 1)],
    ['numbers of 255 bits', bytes(128, 1, 4, 3, 10, 1, 255, 0, 0, 0)],
    ['a block beyond the page', bytes(128, 1, 4, 3, 10, 1, 9, 0, 0, 0)],
  ])('%s are refused', (_, page) => expect(() => walkDeltas(page, 0, 100)).toThrow(Error))
})

describe('descriptions', () => {
  test.each([
    ['a list of a billion', bytes(0x19, 0xf5, ...HUGE)],
    ['structs within structs', bytes(...Array<number>(200).fill(0x1c))],
    ['a text of a billion', bytes(0x18, ...HUGE)],
    ['a number of a thousand bytes', bytes(0x16, ...Array<number>(1000).fill(0x80))],
    ['a map', bytes(0x1b, 0)],
    ['no end', bytes(0x15, 2)],
  ])('%s is refused', (_, description) => expect(() => readThrift(description, 0)).toThrow(Error))
})

describe('files', () => {
  const read = async (file: Uint8Array): Promise<number> => {
    let rows = 0
    for await (const row of formats.get('parquet')!.rows(bytesSource(file, 'x.parquet'))) rows += row.line > 0 ? 1 : 0
    return rows
  }
  test('of version 2, with deltas and with dictionaries, are read whole', async () => expect([await read(parquetFiles.delta), await read(parquetFiles.dictionary)]).toEqual([3, 3]))
  test('that claim the same bytes for every row are refused', async () => {
    const file = parquetFiles.plain
    const length = new DataView(file.buffer, file.byteOffset).getUint32(file.length - 8, true)
    // num_rows and num_values are zigzag numbers; 8 is 16 0x08 in the footer, and becomes 4,000,000.
    const footer = [...file.subarray(file.length - 8 - length, file.length - 8)]
    const changed: number[] = []
    for (let i = 0; i < footer.length; i++) {
      changed.push(footer[i]!)
      if (footer[i] === 0x16 && footer[i + 1] === 0x08) changed.push(...(i++, [0x80, 0xa4, 0xe8, 0x03]))
    }
    const size = new Uint8Array(4)
    new DataView(size.buffer).setUint32(0, changed.length, true)
    const forged = concat([file.subarray(0, file.length - 8 - length), Uint8Array.from(changed), size, file.subarray(file.length - 4)])
    await expect(read(forged)).rejects.toMatchObject({ detail: expect.stringMatching(/claims \d+ values in \d+ bytes/) })
  })
})
