import { expect, it } from 'vitest'
import { turns } from './turns.ts'

it('begins each piece of work when the one before has ended, also where that failed', async () => {
  const inTurn = turns()
  const said: string[] = []
  const piece = (name: string, fails = false) =>
    inTurn(async () => {
      said.push(`${name} begins`)
      await Promise.resolve()
      said.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    })
  const all = [piece('a'), piece('b', true), piece('c')]
  expect((await Promise.allSettled(all)).map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(said).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})
