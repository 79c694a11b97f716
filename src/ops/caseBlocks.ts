// Bytes of a matrix in blocks for test cases: quantised from the given values, or, for the types of files, made up.
import { blockLayout, blockTypes, type BlockType } from '../graph/blocks.ts'
import { packBlocks } from '../graph/packBlocks.ts'
import { f32ToF16 } from '../lib/halfFloat.ts'
import { uniform } from '../lib/rng.ts'

export function caseBlocks(type: BlockType, values: Float32Array, stream: number): Uint8Array<ArrayBuffer> {
  if (type === 'int8' || type === 'nf4' || type === 'nf4_double') return packBlocks(values, type)
  const { words: perBlock } = blockTypes[type]
  const { blocks, scales, words } = blockLayout(type, [values.length])
  const bytes = Uint8Array.from({ length: words * 4 }, (_, i) => Math.floor(256 * uniform(7, stream, i)))
  const halves = new Uint16Array(bytes.buffer)
  const scale = (i: number): number => f32ToF16([0.001 + 0.05 * uniform(8, stream, i)])[0]
  for (let b = 0; b < blocks; b++) {
    if (type === 'q4_k') halves.set([scale(2 * b), scale(2 * b + 1)], 2 * b * perBlock)
    else if (type === 'q6_k') halves[2 * (b + 1) * perBlock - 2] = scale(b)
    else halves[2 * scales + b] = scale(b)
  }
  return bytes
}
