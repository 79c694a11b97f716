// Blocks of a GGUF file as a buffer has them: 32 codes in order and the scales behind all codes, or a K block in whole words.
import { blockLayout, blockTypes, type BlockType } from '../graph/blocks.ts'
import type { Shape } from '../graph/shape.ts'

/** What is written where: offsets and sizes in bytes, multiples of four. */
export interface BlockWrite {
  readonly at: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

type FileBlock = Exclude<BlockType, 'int8' | 'nf4' | 'nf4_double'>

/** How a block lies in the file: its bytes, and its codes put in a buffer's order. */
const files: Readonly<Record<FileBlock, { readonly bytes: number; place(from: Uint8Array, to: Uint8Array): void }>> = {
  q8_0: { bytes: 34, place: (from, to) => to.set(from.subarray(2)) },
  q4_0: {
    bytes: 18,
    // The low halves of its bytes are the first sixteen codes, the high ones the rest; here neighbours share a byte.
    place(from, to) {
      for (let i = 0; i < 8; i++) {
        const [a, b] = [from[2 + 2 * i], from[3 + 2 * i]]
        to[i] = (a & 15) | ((b & 15) << 4)
        to[8 + i] = (a >> 4) | (b & 240)
      }
    },
  },
  q4_k: { bytes: 144, place: (from, to) => to.set(from) },
  q6_k: { bytes: 210, place: (from, to) => to.set(from) },
}

/** @param chunks whole blocks, in the tensor's order */
export async function* blockWrites(type: BlockType, shape: Shape, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncIterable<BlockWrite> {
  const { bytes: size, place } = files[type as FileBlock]
  const { words, scale } = blockTypes[type]
  const layout = blockLayout(type, shape)
  const scales = new Uint8Array((layout.words - layout.scales) * 4)
  let first = 0
  for await (const chunk of chunks) {
    const count = chunk.byteLength / size
    const out = new Uint8Array(count * words * 4)
    for (let b = 0; b < count; b++) {
      const from = chunk.subarray(b * size, (b + 1) * size)
      place(from, out.subarray(b * words * 4, (b + 1) * words * 4))
      if (scale === 'f16') scales.set(from.subarray(0, 2), 2 * (first + b))
    }
    yield { at: first * words * 4, bytes: out }
    first += count
  }
  if (scales.byteLength > 0) yield { at: layout.scales * 4, bytes: scales }
}
