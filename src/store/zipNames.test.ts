// Names are read from zips that the product's own writer made.
import { downloadZip } from 'client-zip'
import { describe, expect, it } from 'vitest'
import { zipNames } from './zipNames.ts'

const zip = (...names: string[]): Promise<Blob> => downloadZip(names.map((name) => ({ name, input: `text of ${name}` }))).blob()

describe('zipNames', () => {
  it('lists the files in order', async () => {
    const names = ['adapter_config.json', 'adapter_model.safetensors', 'größe/README.md']
    expect(await zipNames(await zip(...names))).toEqual(names)
  })
  it('finds nothing in what is no zip', async () => {
    expect(await zipNames(new Blob(['hello']))).toEqual([])
    expect(await zipNames(new Blob([new Uint8Array(100_000)]))).toEqual([])
  })
  it('survives a directory that lies', async () => {
    const bytes = new Uint8Array(await (await zip('a.txt')).arrayBuffer())
    const end = bytes.length - 22
    for (const offset of [12, 16]) {
      const copy = bytes.slice()
      new DataView(copy.buffer).setUint32(end + offset, 0xfffffff0, true)
      expect(Array.isArray(await zipNames(new Blob([copy])))).toBe(true)
    }
  })
})
