// Every request that the page and its workers made, gathered by address, and the one number that matters: bytes sent. Pure.
import type { RequestNote } from '../protocol/machine.ts'

export interface RequestRow {
  readonly by: RequestNote['by']
  readonly method: string
  readonly address: string
  readonly count: number
  readonly sentBytes: number
  /** Undefined where none of them said. */
  readonly receivedBytes?: number
  readonly at: number
}
export interface RequestState {
  readonly sentBytes: number
  readonly count: number
  /** In the order of each address's first request. */
  readonly rows: readonly RequestRow[]
}

export const noRequests: RequestState = { sentBytes: 0, count: 0, rows: [] }

export function withRequests(state: RequestState, notes: readonly RequestNote[]): RequestState {
  const rows = new Map(state.rows.map((row) => [keyOf(row), row]))
  let { sentBytes } = state
  for (const { by, method, address, sentBytes: sent, receivedBytes, at } of notes) {
    const key = keyOf({ by, method, address })
    const was = rows.get(key)
    const received = receivedBytes === undefined ? was?.receivedBytes : (was?.receivedBytes ?? 0) + receivedBytes
    rows.set(key, { by, method, address, count: (was?.count ?? 0) + 1, sentBytes: (was?.sentBytes ?? 0) + sent, at: Math.max(at, was?.at ?? 0), ...(received !== undefined && { receivedBytes: received }) })
    sentBytes += sent
  }
  return { sentBytes, count: state.count + notes.length, rows: [...rows.values()] }
}

const keyOf = ({ by, method, address }: Pick<RequestRow, 'by' | 'method' | 'address'>): string => `${by} ${method} ${address}`
