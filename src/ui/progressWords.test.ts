import { expect, it } from 'vitest'
import { progressWords } from './sections/ModelFromHub.tsx'

it('says how far a download is, how fast and how long it takes', () => {
  expect(progressWords({ doing: 'asking', done: 0, total: 0 })).toBe('asking what there is')
  expect(progressWords({ doing: 'fetching', done: 12e6, total: 269e6 })).toBe('12 MB of 269 MB')
  expect(progressWords({ doing: 'fetching', done: 12e6, total: 269e6, bytesPerSecond: 4.1e6, secondsLeft: 62.7 })).toBe('12 MB of 269 MB, 4.1 MB a second, 1 min 3 s left')
  expect(progressWords({ doing: 'waiting', done: 12e6, total: 269e6, bytesPerSecond: 4.1e6, secondsLeft: 63 })).toBe('12 MB of 269 MB')
  expect(progressWords({ doing: 'fetching', done: 269e6, total: 269e6, bytesPerSecond: 4e6, secondsLeft: 0 })).toBe('269 MB of 269 MB, 4 MB a second')
})
