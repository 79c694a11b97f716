// What the page knows of its machine: verdicts as they come, and room only for the plan that was tried.
import { expect, it } from 'vitest'
import { testStudio } from '../ui/testStudio.ts'
import { createApp } from './appStore.ts'
import { plannedOf } from './appState.ts'

const opened = async (script: Parameters<typeof testStudio>[0] = {}) => {
  const app = createApp(testStudio(script))
  await app.actions.openBuiltin('starter')
  await app.actions.openSample('pirate')
  return app
}

it('tells verdicts as they come, and the report at the end', async () => {
  const { store, actions } = await opened()
  const seen: number[] = []
  store.subscribe((s) => seen.push(s.machine.selfTest.verdicts.length))
  await actions.selfTest()
  expect(new Set(seen)).toEqual(new Set([0, 1, 2, 3]))
  expect(store.getState().machine.selfTest).toMatchObject({ busy: false, report: { passed: true, cancelled: false } })
})

it('stops when asked, and does not begin while a run trains', async () => {
  const { store, actions } = await opened({ pace: 5 })
  const testing = actions.selfTest()
  await actions.stopSelfTest()
  await testing
  expect(store.getState().machine.selfTest.report?.cancelled).toBe(true)
  store.setState({ working: true })
  await actions.selfTest()
  expect(store.getState().machine.selfTest.report?.cancelled).toBe(true)
})

it('knows of which plan it tried the room', async () => {
  const { store, actions } = await opened({ noRoom: true })
  await actions.tryRoom()
  const { room, roomOf } = store.getState().machine
  expect(room.value?.failure?.remedies).toHaveLength(2)
  expect(roomOf).toBe(plannedOf(store.getState()))
  actions.takeRemedy(room.value!.failure!.remedies![1])
  expect(store.getState().recipe.training.batch_size).toBe(4)
  expect(roomOf).not.toBe(plannedOf(store.getState()))
})
