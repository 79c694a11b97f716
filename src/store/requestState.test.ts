// Requests are gathered by who, how and where, and no sent byte is lost.
import { expect, it } from 'vitest'
import type { RequestNote } from '../protocol/machine.ts'
import { noRequests, withRequests } from './requestState.ts'

const note = (part: Partial<RequestNote>): RequestNote => ({ by: 'hub', method: 'GET', address: 'https://hub.test/file', sentBytes: 0, at: 1, ...part })

it('gathers parts of one file, and sums what was sent', () => {
  const first = withRequests(noRequests, [note({ receivedBytes: 10 }), note({ receivedBytes: 5, at: 3 }), note({ method: 'POST', sentBytes: 7 })])
  const state = withRequests(first, [note({ by: 'page' }), note({ method: 'POST', sentBytes: 2 })])
  expect(state).toMatchObject({ sentBytes: 9, count: 5 })
  expect(state.rows.map(({ by, method, count, sentBytes, receivedBytes }) => [by, method, count, sentBytes, receivedBytes])).toEqual([
    ['hub', 'GET', 2, 0, 15],
    ['hub', 'POST', 2, 9, undefined],
    ['page', 'GET', 1, 0, undefined],
  ])
})
