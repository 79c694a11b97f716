import { expect, it } from 'vitest'
import type { Ask, Speaker } from './adapterDeck.ts'
import { Meeting } from './meeting.ts'

it('begins when every answer has said what it needs or has left, with those that have come', async () => {
  const began: Ask['capacity'][][] = []
  const speakTogether = (asks: readonly Ask[]): Promise<Speaker>[] => {
    began.push(asks.map((a) => a.capacity))
    return asks.map(({ capacity }) => (capacity === 13 ? Promise.reject(new Error('no room')) : Promise.resolve({ capacity } as unknown as Speaker)))
  }
  const meeting = new Meeting({ speakTogether }, 4)
  const [a, b, c, d] = [meeting.guest(), meeting.guest(), meeting.guest(), meeting.guest()]
  const spoken = [a.speak([[]], 11), b.speak([[]], 13)]
  c.leave()
  c.leave()
  expect(began).toEqual([])
  spoken.push(d.speak([[]], 17))
  expect(began).toEqual([[11, 13, 17]])
  // An answer that has ended says so too, which is no news.
  a.leave()
  const found = await Promise.allSettled(spoken)
  expect(found.map((f) => (f.status === 'fulfilled' ? f.value : String(f.reason)))).toEqual([{ capacity: 11 }, 'Error: no room', { capacity: 17 }])
  expect(began).toHaveLength(1)
})
