import { expect, it } from 'vitest'
import type { AdapterUse } from '../protocol/adapters.ts'
import { Chorus } from './chorus.ts'
import type { Decoder } from './decoder.ts'
import { commonOrder } from './jointSubject.ts'

const use = (id: string): AdapterUse => ({ id, weight: 1 })

/** Answers each row with its token and its place, and remembers what ran. */
function choir(rows: number, fails = false): { chorus: Chorus; ran: string[] } {
  const ran: string[] = []
  const step = async (tokens: Int32Array, places: Int32Array): Promise<Float32Array> => {
    if (fails) throw new Error('the GPU is gone')
    ran.push(`${tokens.join()} at ${places.join()}`)
    return Float32Array.from([...tokens].flatMap((token, row) => [token, places[row]]))
  }
  const chorus = new Chorus(rows, async (uses) => {
    ran.push(uses.map((row) => row.map((u) => u.id).join('+') || '-').join(' '))
    return { step } as unknown as Decoder
  })
  return { chorus, ran }
}

it('runs a step when every answer has its token, and gives each its own logits', async () => {
  const { chorus, ran } = choir(3)
  chorus.give(1, [use('a')])
  const first = [chorus.step(0, 7, 3), chorus.step(2, 9, 5)]
  await Promise.resolve()
  expect(ran).toEqual([])
  first.splice(1, 0, chorus.step(1, 8, 4))
  expect((await Promise.all(first)).map((x) => [...x])).toEqual([[7, 3], [8, 4], [9, 5]])
  expect(ran).toEqual(['- a -', '7,8,9 at 3,4,5'])
})

it('waits no more for an answer that has ended, and keeps what was recorded for it', async () => {
  const { chorus, ran } = choir(2)
  chorus.give(1, [use('a')])
  const last = chorus.step(0, 7, 3)
  chorus.leave(1)
  expect([...(await last)]).toEqual([7, 3])
  expect(ran).toEqual(['- a', '7,0 at 3,0'])
  chorus.leave(0)
})

it('fails every answer that waits for a step that fails', async () => {
  const { chorus } = choir(2, true)
  const found = await Promise.allSettled([chorus.step(0, 1, 1), chorus.step(1, 2, 2)])
  expect(found.map((f) => f.status === 'rejected' && String(f.reason))).toEqual(['Error: the GPU is gone', 'Error: the GPU is gone'])
})

it('finds one order for the adapters of all answers, or none', () => {
  expect(commonOrder([[], ['a', 'b'], ['b', 'c'], ['a']])).toEqual(['a', 'b', 'c'])
  expect(commonOrder([['b', 'c'], ['a', 'b']])).toEqual(['a', 'b', 'c'])
  expect(commonOrder([['a', 'b'], ['b', 'a']])).toBeUndefined()
  expect(commonOrder([])).toEqual([])
})
