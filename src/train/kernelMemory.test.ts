import { expect, it } from 'vitest'
import { tunedOn } from '../engine/tune.ts'
import type { Gpu } from '../gpu/device.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import { KernelMemory } from './kernelMemory.ts'

const card = (description: string): Gpu => ({ info: { vendor: 'v', architecture: 'a', description, software: false } }) as unknown as Gpu
/** As after a reload: the engine has forgotten. */
const reload = (gpu: Gpu): void => tunedOn(gpu).clear()

it('remembers what was measured for the same adapter and version, and asks for nothing where that was switched off', async () => {
  const storage = memoryStorage()
  const [mine, other] = [card('mine'), card('other')]
  const first = new KernelMemory(storage, '1')
  const { wanted, onMeasured } = await first.tuning(mine)
  expect(wanted()).toBe(true)
  onMeasured(tunedOn(mine).set('512×576×1536', 3))
  reload(mine)

  const second = new KernelMemory(storage, '1')
  expect(await second.note(mine)).toEqual({ measures: true, known: 1, software: false })
  expect(tunedOn(mine).get('512×576×1536')).toBe(3)
  expect((await second.note(other)).known).toBe(0)
  reload(mine)
  expect((await new KernelMemory(storage, '2').note(mine)).known).toBe(0)

  const third = new KernelMemory(storage, '1')
  const tuning = await third.tuning(mine)
  expect(await third.measure(mine, false)).toEqual({ measures: false, known: 0, software: false })
  expect(tuning.wanted()).toBe(false)
  expect(await new KernelMemory(storage, '1').note(mine)).toEqual({ measures: false, known: 0, software: false })
  expect((await third.measure(mine, true)).measures).toBe(true)
  expect((await new KernelMemory(storage, '1').tuning(mine)).wanted()).toBe(true)
})

it('measures all the same where nothing can be stored', async () => {
  const broken = { kernels: { recall: () => Promise.reject(new Error('full')), isMeasured: () => Promise.reject(new Error('full')), keep: () => Promise.reject(new Error('full')), measure: () => Promise.resolve() } }
  const { wanted, onMeasured } = await new KernelMemory(broken, '1').tuning(card('third'))
  expect(wanted()).toBe(true)
  onMeasured(new Map())
})
