import { expect, it } from 'vitest'
import { product, transpose } from '../lib/matrix.ts'
import { normal } from '../lib/rng.ts'
import { svd } from '../lib/svd.ts'
import type { Init } from '../methods/method.ts'
import { leadingParts } from './leadingPart.ts'

const [inner, out, rank] = [7, 5, 3]
const weight = Float32Array.from({ length: out * inner }, (_, i) => normal(2, 0, i))
const init = { kind: 'leading part', of: 'pissa', part: 'A', name: 'w', in: inner, out, stored: '[out,in]', rank, scaling: 0.5 } as const satisfies Init

async function partOf(changes: Partial<Extract<Init, { kind: 'leading part' }>>, stored = weight): Promise<{ part: Float64Array; reads: number }> {
  let reads = 0
  const factor = leadingParts(async () => {
    reads++
    return stored
  })
  const [a, b] = [await factor({ ...init, ...changes, part: 'A' }), await factor({ ...init, ...changes, part: 'B' })]
  return { part: product(Float64Array.from(b), Float64Array.from(a), out, rank, inner).map((x) => x * init.scaling), reads }
}

const close = (found: Float64Array, expected: ArrayLike<number>): void => expect(Math.max(...found.map((x, i) => Math.abs(x - expected[i])))).toBeLessThan(1e-6)

it('PiSSA takes the best approximation of the rank, whichever way the matrix is stored, from one decomposition', async () => {
  const { u, s, vt } = svd(Float64Array.from(weight), out, inner)
  const best = product(Float64Array.from({ length: out * rank }, (_, i) => u[Math.floor(i / rank) * out + (i % rank)] * s[i % rank]), vt.slice(0, rank * inner), out, rank, inner)
  const { part, reads } = await partOf({})
  close(part, best)
  expect(reads).toBe(1)
  close((await partOf({ stored: '[in,out]' }, Float32Array.from(transpose(Float64Array.from(weight), out, inner)))).part, best)
  close((await partOf({ iterations: 8 })).part, best)
})

it('OLoRA takes the first columns of Q and rows of R, whose leading columns are those of the matrix', async () => {
  const { part } = await partOf({ of: 'olora' })
  // s · Q_r R_r: R is triangular, so its first r columns make those of W exactly.
  const at = (i: number): boolean => i % inner < rank
  close(part.filter((_, i) => at(i)), Float64Array.from(weight).filter((_, i) => at(i)).map((x) => x * init.scaling))
})
