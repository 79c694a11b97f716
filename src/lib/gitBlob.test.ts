// Against what `git hash-object` says.
import { expect, it } from 'vitest'
import { utf8 } from './bytes.ts'
import { gitBlobId } from './gitBlob.ts'

it('names content as git does', async () => {
  expect(await gitBlobId(new Uint8Array())).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391')
  expect(await gitBlobId(utf8('hello\n'))).toBe('ce013625030ba8dba906f756967f9e9ca394464a')
})
