import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const readme = readFileSync('README.md', 'utf8')

it('the README shows a method as it is', () => expect(readme).toContain(readFileSync('src/methods/bitfit.ts', 'utf8')))

it('the README links only to files that are there', () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map((m) => m[1])
  const missing = links.filter((path) => {
    try {
      readFileSync(path)
      return false
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'EISDIR'
    }
  })
  expect(links.length).toBeGreaterThan(5)
  expect(missing).toEqual([])
})
