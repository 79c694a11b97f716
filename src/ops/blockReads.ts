// WGSL that widens weights kept in blocks: the one place where shaders learn how each storage type is read. A block's size is
// a multiple of four, so four neighbours counted from the tensor's start always share one.
import { blockTypes, codesAt, NESTED, type BlockType } from '../graph/blocks.ts'

/**
 * `NAMEVector(i)`: elements 4·i to 4·i + 3 of the tensor in the binding `name`, an array<u32>; `NAMEOne(i)`: element i.
 * @param count WGSL of the number of its elements
 */
export function blockReads(type: BlockType, name: string, count: string): string {
  const { block, words, scale } = blockTypes[type]
  const fours = block / 4
  const layout = `let blocks = (${count} + ${block - 1}u) / ${block}u;
  let scales = ${codesAt(type)}u + blocks * ${words}u;`
  const read = (at: string): string => `bitcast<f32>(${name}[${at}])`
  const scaleOf = {
    f32: `return ${read('scales + block')};`,
    f16: `return unpack2x16float(${name}[scales + block / 2u])[block % 2u];`,
    nested: `let nested = scales + (blocks + 3u) / 4u;
  let mean = nested + (blocks + ${NESTED.block - 1}u) / ${NESTED.block}u;
  let code = (${name}[scales + block / 4u] >> (8u * (block % 4u))) & 255u;
  return ${read(`${codesAt('nf4')}u + code`)} * ${read(`nested + block / ${NESTED.block}u`)} + ${read('mean')};`,
    inside: '',
  }[scale]
  const scaleFunction = scale === 'inside' ? '' : `fn ${name}Scale(block: u32) -> f32 {\n  ${layout}\n  ${scaleOf}\n}\n`
  return `${helpers[type]}${scaleFunction}fn ${name}Vector(i: u32) -> vec4f {
  ${readers[type](name, `${name}Scale(i / ${fours}u)`)}
}
fn ${name}One(i: u32) -> f32 { return ${name}Vector(i / 4u)[i % 4u]; }`
}

/** Four signed bytes of a word. */
const bytes = `fn signedBytes(word: u32) -> vec4f {
  return vec4f(vec4i(vec4u(word << 24u, word << 16u, word << 8u, word)) >> vec4u(24u));
}
`
/** Four neighbouring values of four bits: half a word. */
const nibbles = `fn nibbles(half: u32) -> vec4u {
  return (vec4u(half) >> vec4u(0u, 4u, 8u, 12u)) & vec4u(15u);
}
`

const helpers: Readonly<Record<BlockType, string>> = {
  int8: bytes,
  nf4: nibbles,
  nf4_double: nibbles,
  q8_0: bytes,
  q4_0: nibbles,
  q4_k: '',
  q6_k: bytes,
}

/** The half of a word that holds four 4-bit values. */
const halfOf = (name: string): string => `${name}[i / 2u] >> (16u * (i % 2u))`

/** The values stand first in the buffer. */
const nf4 = (type: BlockType, name: string, scale: string): string => `let code = nibbles(${name}[${codesAt(type)}u + i / 2u] >> (16u * (i % 2u)));
  return bitcast<vec4f>(vec4u(${name}[code.x], ${name}[code.y], ${name}[code.z], ${name}[code.w])) * ${scale};`

const readers: Readonly<Record<BlockType, (name: string, scale: string) => string>> = {
  int8: (name, scale) => `return signedBytes(${name}[i]) * ${scale};`,
  q8_0: (name, scale) => `return signedBytes(${name}[i]) * ${scale};`,
  nf4: (name, scale) => nf4('nf4', name, scale),
  nf4_double: (name, scale) => nf4('nf4_double', name, scale),
  q4_0: (name, scale) => `return (vec4f(nibbles(${halfOf(name)})) - 8.0) * ${scale};`,
  // 256 values: two halves d and dmin, 12 bytes of 6-bit scales and minima of 8 groups, then the codes of groups 0 and 1, ….
  q4_k: (name) => `let start = i / 64u * 36u;
  let group = i / 8u % 8u;
  let d = unpack2x16float(${name}[start]);
  let shift = 8u * (group % 4u);
  let low = ${name}[start + 1u] >> shift;
  let middle = ${name}[start + 2u] >> shift;
  let high = ${name}[start + 3u] >> shift;
  let scale = select((high & 15u) | (((low >> 6u) & 3u) << 4u), low & 63u, group < 4u);
  let least = select(((high >> 4u) & 15u) | (((middle >> 6u) & 3u) << 4u), middle & 63u, group < 4u);
  let codes = ${name}[start + 4u + group / 2u * 8u + i % 8u] >> (4u * (group % 2u));
  let code = (vec4u(codes) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(15u);
  return d.x * f32(scale) * vec4f(code) - d.y * f32(least);`,
  // 256 values in two parts of 128: 4 low bits, 2 high bits, a signed scale for each 16, and a half d, padded to a word.
  q6_k: (name) => `let start = i / 64u * 53u;
  let part = i / 32u % 2u;
  let quarter = i / 8u % 4u;
  let low = ${name}[start + part * 16u + i % 16u] >> (4u * (quarter / 2u));
  let high = ${name}[start + 32u + part * 8u + i % 8u] >> (2u * quarter);
  let shifts = vec4u(0u, 8u, 16u, 24u);
  let code = ((vec4u(low) >> shifts) & vec4u(15u)) | (((vec4u(high) >> shifts) & vec4u(3u)) << vec4u(4u));
  let scale = signedBytes(${name}[start + 48u + i / 16u % 4u])[i / 4u % 4u];
  return unpack2x16float(${name}[start + 52u]).x * scale * (vec4f(code) - 32.0);`,
}
