import { expect, it } from 'vitest'
import type { Parcel } from '../protocol/takeAway.ts'
import { testStudio } from '../ui/testStudio.ts'
import { createApp } from './appStore.ts'
import { keyOf } from './sendActions.ts'

const parcel: Parcel = { what: 'adapter', id: 'run-1', format: 'peft' }
const request = { repo: 'pirate', token: 'hf_any', isPrivate: true }
const app = (pace = 0) => {
  const { store, actions } = createApp(testStudio({ pace }))
  return { actions, sending: () => store.getState().sending }
}

it('knows how the last one went, for what was sent and nothing else', async () => {
  const { actions, sending } = app()
  await actions.pushParcel(parcel, request)
  expect(sending()).toEqual({ key: keyOf(parcel), pushed: { repo: 'tester/pirate', url: 'https://huggingface.co/tester/pirate', commit: '5f1c2d3e', isPrivate: true } })
  expect(sending()?.key).not.toBe(keyOf({ ...parcel, id: 'run-2' }))
  actions.settleParcel()
  expect(sending()).toBeUndefined()
})

it('waits for a word where a repository is there, and keeps a refusal', async () => {
  const { actions, sending } = app()
  await actions.pushParcel(parcel, { ...request, repo: 'taken' })
  expect(sending()).toEqual({ key: keyOf(parcel), exists: 'tester/taken' })
  await actions.pushParcel(parcel, { ...request, repo: 'taken', intoExisting: true })
  expect(sending()?.pushed?.repo).toBe('tester/taken')
  await actions.pushParcel(parcel, { ...request, token: 'hf_bad' })
  expect(sending()).toMatchObject({ failure: { code: 'network' } })
  expect(sending()?.pushed).toBeUndefined()
})

it('sends one at a time, says how far it is, and can be cancelled', async () => {
  const { actions, sending } = app(5)
  const first = actions.pushParcel(parcel, request)
  await actions.pushParcel({ ...parcel, id: 'other' }, request)
  expect(sending()).toMatchObject({ key: keyOf(parcel), doing: 'hub' })
  await expect.poll(() => sending()?.progress?.done ?? 0).toBeGreaterThan(0)
  // What is on its way is not forgotten.
  actions.settleParcel()
  expect(sending()?.doing).toBe('hub')
  await actions.cancelParcel()
  await first
  expect(sending()).toMatchObject({ failure: { code: 'cancelled' } })
  expect(sending()?.doing).toBeUndefined()
})

it('keeps the token nowhere', async () => {
  const { store, actions } = createApp(testStudio())
  await actions.pushParcel(parcel, { ...request, token: 'hf_secret' })
  expect(JSON.stringify(store.getState())).not.toContain('hf_secret')
})
