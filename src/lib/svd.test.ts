import { describe, expect, test } from 'vitest'
import { product, transpose } from './matrix.ts'
import { qr } from './qr.ts'
import { normal } from './rng.ts'
import { svd, truncated, type Svd } from './svd.ts'

const random = (m: number, n: number, seed = 1): Float64Array => Float64Array.from({ length: m * n }, (_, i) => normal(seed, 0, i))
const largest = (x: Float64Array, y?: Float64Array): number => x.reduce((most, v, i) => Math.max(most, Math.abs(v - (y?.[i] ?? 0))), 0)
const identity = (n: number): Float64Array => Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0))

/** How far the columns of x (m, k) are from orthonormal. */
const skew = (x: Float64Array, m: number, k: number): number => largest(product(transpose(x, m, k), x, k, m, k), identity(k))

function rebuild({ u, s, vt }: Svd, m: number, n: number): Float64Array {
  const k = s.length
  return product(u.map((x, i) => x * s[i % k]), vt, m, k, n)
}

function expectSound(found: Svd, m: number, n: number): void {
  const k = found.s.length
  expect(skew(found.u, m, k)).toBeLessThan(1e-13 * (m + n))
  expect(skew(transpose(found.vt, k, n), n, k)).toBeLessThan(1e-13 * (m + n))
  expect([...found.s]).toEqual([...found.s].toSorted((x, y) => y - x))
  expect(found.s.every((x) => x >= 0)).toBe(true)
}

/** u · diag(s) · vt with known singular values. */
function known(s: readonly number[], m: number, n: number): Float64Array {
  const k = s.length
  const [u, v] = [qr(random(m, k, 5), m, k).q, qr(random(n, k, 6), n, k).q]
  return product(u.map((x, i) => x * s[i % k]), transpose(v, n, k), m, k, n)
}

describe('qr', () => {
  test.each([[1, 1], [5, 5], [9, 4], [4, 9], [70, 33]])('%i×%i: q orthonormal, r upper triangular, product exact', (m, n) => {
    const a = random(m, n)
    const k = Math.min(m, n)
    const { q, r } = qr(a, m, n)
    expect(skew(q, m, k)).toBeLessThan(1e-13)
    for (let i = 0; i < k; i++) for (let j = 0; j < i; j++) expect(r[i * n + j]).toBe(0)
    expect(largest(product(q, r, m, k, n), a)).toBeLessThan(1e-12)
  })
  test('fewer columns are the first ones', () => {
    const a = random(12, 7)
    const [all, some] = [qr(a, 12, 7), qr(a, 12, 7, 3)]
    for (let i = 0; i < 12; i++) expect([...some.q.subarray(i * 3, i * 3 + 3)]).toEqual([...all.q.subarray(i * 7, i * 7 + 3)].map((x) => expect.closeTo(x, 13)))
    expect(largest(some.r, all.r.slice(0, 21))).toBeLessThan(1e-13)
  })
  test('dependent columns still give an orthonormal q', () => {
    const a = product(random(10, 2), random(2, 6, 2), 10, 2, 6)
    const { q, r } = qr(a, 10, 6)
    expect(skew(q, 10, 6)).toBeLessThan(1e-13)
    expect(largest(product(q, r, 10, 6, 6), a)).toBeLessThan(1e-13)
  })
})

describe('svd', () => {
  test.each([[1, 1], [1, 6], [6, 1], [7, 7], [23, 9], [9, 23], [64, 48]])('%i×%i', (m, n) => {
    const a = random(m, n)
    const found = svd(a, m, n)
    expect(found.s.length).toBe(Math.min(m, n))
    expectSound(found, m, n)
    expect(largest(rebuild(found, m, n), a)).toBeLessThan(1e-12)
  })
  test('small singular values beside large ones', () => {
    const s = [1, 1e-3, 1e-6, 1e-9]
    expect([...svd(known(s, 30, 20), 30, 20).s.subarray(0, 4)].map((x, i) => Math.abs(x / s[i] - 1) < 1e-6)).toEqual([true, true, true, true])
  })
  test.each([['zeros', new Float64Array(20)], ['rank one', product(random(5, 1), random(1, 4, 3), 5, 1, 4)], ['the identity', identity(4)]])('%s', (_, a) => {
    const m = a.length / 4
    const found = svd(a, m, 4)
    expectSound(found, m, 4)
    expect(largest(rebuild(found, m, 4), a)).toBeLessThan(1e-14)
  })
})

describe('truncated', () => {
  test.each([[40, 31, 5], [31, 40, 31], [3, 50, 2], [200, 64, 8]])('%i×%i, rank %i: the best approximation', (m, n, k) => {
    const a = random(m, n)
    const [all, some] = [svd(a, m, n), truncated(a, m, n, k)]
    expectSound(some, m, n)
    expect(largest(some.s, all.s.slice(0, k))).toBeLessThan(1e-10)
    const best = rebuild({ u: Float64Array.from({ length: m * k }, (_, i) => all.u[Math.floor(i / k) * all.s.length + (i % k)]), s: all.s.slice(0, k), vt: all.vt.slice(0, k * n) }, m, n)
    expect(largest(rebuild(some, m, n), best)).toBeLessThan(1e-8)
  })
  test('equal singular values', () => {
    const a = known([3, 2, 2, 2, 1], 24, 17)
    const found = truncated(a, 24, 17, 4)
    expectSound(found, 24, 17)
    expect([...found.s]).toEqual([3, 2, 2, 2].map((x) => expect.closeTo(x, 10)))
    expectSound(truncated(identity(6), 6, 6, 3), 6, 6)
    expectSound(truncated(new Float64Array(30), 6, 5, 3), 6, 5)
  })
  test('random subspace iteration comes close, closer with more rounds, and repeats itself', () => {
    const s = Array.from({ length: 40 }, (_, i) => 0.9 ** i)
    const a = known(s, 90, 60)
    const off = (iterations: number): number => Math.abs(truncated(a, 90, 60, 6, { iterations }).s[5] - s[5])
    expect(off(16)).toBeLessThan(1e-9)
    expect(off(4)).toBeLessThan(1e-3)
    expect(off(4)).toBeLessThan(off(0))
    expect(truncated(a, 90, 60, 6, { iterations: 2 })).toEqual(truncated(a, 90, 60, 6, { iterations: 2 }))
  })
})
