import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concat, hex, utf8 } from './bytes.ts'
import { Sha256, sha256 } from './sha256.ts'

test('known hashes', () => {
  expect(sha256(utf8(''))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(sha256(utf8('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('any split of any bytes hashes as WebCrypto hashes the whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), async (parts) => {
      const hash = new Sha256()
      for (const p of parts) hash.update(p)
      const whole = new Uint8Array(await crypto.subtle.digest('SHA-256', concat(parts)))
      expect(hex(hash.digest())).toBe(hex(whole))
    }),
  )
})
