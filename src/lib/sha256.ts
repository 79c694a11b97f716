// SHA-256 (FIPS 180-4) that takes its input in pieces: WebCrypto hashes only what is whole in memory, and a model
// file is not. Knows nothing of files.
import { hex } from './bytes.ts'

const primes = Array.from({ length: 400 }, (_, i) => i + 2).filter((n) => {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return true
})
const fraction = (x: number): number => Math.floor((x - Math.floor(x)) * 0x100000000)
/** Round constants: fractions of the cube roots of the first 64 primes; the start: of the square roots of the first 8. */
const K = Int32Array.from(primes.slice(0, 64), (p) => fraction(Math.cbrt(p)))
const START = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)))

export class Sha256 {
  readonly #state = START.slice()
  readonly #words = new Int32Array(64)
  readonly #block = new Uint8Array(64)
  #filled = 0
  #bytes = 0

  update(bytes: Uint8Array): this {
    this.#bytes += bytes.length
    let at = 0
    if (this.#filled > 0) {
      at = Math.min(64 - this.#filled, bytes.length)
      this.#block.set(bytes.subarray(0, at), this.#filled)
      this.#filled += at
      if (this.#filled < 64) return this
      this.#compress(this.#block, 0)
      this.#filled = 0
    }
    for (; at + 64 <= bytes.length; at += 64) this.#compress(bytes, at)
    this.#block.set(bytes.subarray(at))
    this.#filled = bytes.length - at
    return this
  }

  /** The 32 bytes; the hash takes no more input after this. */
  digest(): Uint8Array<ArrayBuffer> {
    const length = this.#bytes
    const tail = new Uint8Array(this.#filled < 56 ? 64 - this.#filled : 128 - this.#filled)
    tail[0] = 0x80
    const view = new DataView(tail.buffer)
    view.setUint32(tail.length - 8, Math.floor(length / 0x20000000))
    view.setUint32(tail.length - 4, (length << 3) >>> 0)
    this.update(tail)
    const out = new Uint8Array(32)
    const words = new DataView(out.buffer)
    this.#state.forEach((w, i) => words.setInt32(4 * i, w))
    return out
  }

  #compress(bytes: Uint8Array, at: number): void {
    const w = this.#words
    const s = this.#state
    for (let i = 0; i < 16; i++, at += 4)
      w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15]
      const y = w[i - 2]
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0
    }
    // One by one: taken apart from a list, they cost more than all the rest.
    let a = s[0]
    let b = s[1]
    let c = s[2]
    let d = s[3]
    let e = s[4]
    let f = s[5]
    let g = s[6]
    let h = s[7]
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    s[0] = s[0] + a
    s[1] = s[1] + b
    s[2] = s[2] + c
    s[3] = s[3] + d
    s[4] = s[4] + e
    s[5] = s[5] + f
    s[6] = s[6] + g
    s[7] = s[7] + h
  }
}

/** Hexadecimal hash of bytes already in memory. */
export function sha256(bytes: Uint8Array): string {
  return hex(new Sha256().update(bytes).digest())
}
