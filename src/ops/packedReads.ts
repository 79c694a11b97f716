// WGSL that widens a frozen matrix packed into words of 32 bits: 16-bit floats two to a word, the first in the lower half, or blocks.
import { isBlockType } from '../graph/blocks.ts'
import type { DType } from '../graph/tensor.ts'
import { blockReads } from './blockReads.ts'

/** `NAME(word)`: two floats of 16 bits as f32. */
export const pairReader = (type: 'f16' | 'bf16', name: string): string =>
  type === 'f16'
    ? `fn ${name}(word: u32) -> vec2f { return unpack2x16float(word); }`
    : `fn ${name}(word: u32) -> vec2f { return vec2f(bitcast<f32>(word << 16u), bitcast<f32>(word & 0xffff0000u)); }`

/** `NAMEVector(i)` and `NAMEOne(i)` of 16-bit floats, as blockReads has them of blocks. */
const halfReads = (type: 'f16' | 'bf16', name: string): string => `${pairReader(type, `${name}Pair`)}
fn ${name}Vector(i: u32) -> vec4f { return vec4f(${name}Pair(${name}[2u * i]), ${name}Pair(${name}[2u * i + 1u])); }
fn ${name}One(i: u32) -> f32 { return ${name}Pair(${name}[i / 2u])[i % 2u]; }`

/**
 * The shader with what reads the binding `name`, where that is packed, and whether it is: PACKED says so to the shader, which then
 * binds it as array<u32>.
 * @param count WGSL of the number of its elements
 */
export function withReads(shader: string, type: DType, name: string, count: string): { readonly text: string; readonly PACKED: 0 | 1 } {
  if (type !== 'f16' && type !== 'bf16' && !isBlockType(type)) return { text: shader, PACKED: 0 }
  return { text: `${shader}\n${isBlockType(type) ? blockReads(type, name, count) : halfReads(type, name)}`, PACKED: 1 }
}
