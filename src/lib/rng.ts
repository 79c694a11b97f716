// Counter-based random numbers: a pure function of (seed, stream, index), so that any number can be recomputed
// alone, in any order, on any machine. Streams keep unrelated users of one seed apart.
// The mixer is the finaliser of MurmurHash3, applied once per word: https://github.com/aappleby/smhasher

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** 32 random bits. */
export function bits(seed: number, stream: number, i: number): number {
  let h = mix((seed >>> 0) + 0x9e3779b9)
  // The upper words matter too: seeds and counters may exceed 32 bits.
  h = mix(h ^ mix(Math.floor(seed / 0x100000000) + 0x7f4a7c15))
  h = mix((h ^ mix((stream >>> 0) + 0x165667b1)) + 0x27d4eb2f)
  h = mix((h ^ mix((i >>> 0) + 0x2545f491)) + 0x9e3779b9)
  return mix((h + Math.imul(Math.floor(i / 0x100000000), 0x632be5ab)) ^ (i >>> 0))
}

/** Uniform in [0, 1), with 24 random bits, so that the value is exact as a 32-bit float. */
export function uniform(seed: number, stream: number, i: number): number {
  return (bits(seed, stream, i) >>> 8) / 0x1000000
}

/** Standard normal by Box–Muller. */
export function normal(seed: number, stream: number, i: number): number {
  const u = (bits(seed, stream, 2 * i) + 1) / 0x100000001
  const v = bits(seed, stream, 2 * i + 1) / 0x100000000
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
}

/** A permutation of 0 … n-1 (Fisher–Yates). */
export function shuffle(n: number, seed: number, stream = 0): Uint32Array<ArrayBuffer> {
  const order = Uint32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    // 32 bits over i+1 places: the bias is below one in 2^32 / n.
    const j = Math.floor((bits(seed, stream, i) / 0x100000000) * (i + 1))
    const t = order[i]
    order[i] = order[j]
    order[j] = t
  }
  return order
}

/** A stream number from a name, such as a parameter's path (FNV-1a). */
export function streamOf(name: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193)
  return h >>> 0
}
