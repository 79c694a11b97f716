import { expect, it } from 'vitest'
import { progressWords } from './sections/ModelFromHub.tsx'
import { storedWords } from './sections/StoredModels.tsx'

it('says how far a download is, how fast and how long it takes', () => {
  expect(progressWords({ doing: 'asking', done: 0, total: 0 })).toBe('asking what there is')
  expect(progressWords({ doing: 'fetching', done: 12e6, total: 269e6 })).toBe('12 MB of 269 MB')
  expect(progressWords({ doing: 'fetching', done: 12e6, total: 269e6, bytesPerSecond: 4.1e6, secondsLeft: 62.7 })).toBe('12 MB of 269 MB, 4.1 MB a second, 1 min 3 s left')
  expect(progressWords({ doing: 'waiting', done: 12e6, total: 269e6, bytesPerSecond: 4.1e6, secondsLeft: 63 })).toBe('12 MB of 269 MB')
  expect(progressWords({ doing: 'fetching', done: 269e6, total: 269e6, bytesPerSecond: 4e6, secondsLeft: 0 })).toBe('269 MB of 269 MB, 4 MB a second')
})

it('says where a stored model is from and how much of it is here', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567'
  const model = { id: 'x', name: 'org/name', source: 'hub', revision: 'main', commit, bytes: 200e6, arrived: 68e6, complete: false, usedAt: 0 } as const
  expect(storedWords(model)).toMatch(/^Hugging Face, main at 01234567; 34 % of 200 MB; used /)
  expect(storedWords({ ...model, revision: commit, complete: true })).toMatch(/^Hugging Face, 01234567; 200 MB; used /)
  expect(storedWords({ ...model, source: 'builtin', complete: true })).toMatch(/^From this site; 200 MB; used /)
})
