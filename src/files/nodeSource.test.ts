import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fileSource, readFolder } from './nodeSource.ts'

const root = mkdtempSync(join(tmpdir(), 'tunesmith-'))
afterAll(() => rmSync(root, { recursive: true }))
mkdirSync(join(root, 'sub'))
mkdirSync(join(root, '.cache'))
writeFileSync(join(root, 'a.txt'), 'hello')
writeFileSync(join(root, '.cache/x'), '')
symlinkSync(join(root, 'a.txt'), join(root, 'sub/link.txt'))

test('a folder lists its files by path, links included', async () => {
  const files = await readFolder(root)
  expect([...files.keys()]).toEqual(['a.txt', 'sub/link.txt'])
  expect(new TextDecoder().decode(await files.get('sub/link.txt')!.read(1, 3))).toBe('el')
})

test('what does not exist, or has shrunk, is told in a sentence', async () => {
  await expect(fileSource(join(root, 'none'))).rejects.toThrow('There is no file')
  await expect(readFolder(join(root, 'none'))).rejects.toThrow('There is no folder')
  const source = await fileSource(join(root, 'a.txt'))
  writeFileSync(join(root, 'a.txt'), 'hi')
  await expect(source.read(0, 5)).rejects.toThrow('gave 2 bytes where 5 were expected')
})
