// Notifications: none unasked, none that was refused, and one for each end of a run that nobody asked for by hand.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Phase } from '../protocol/event.ts'
import { applyAll, newRun } from '../store/runState.ts'
import { areNoticesOn, canNotify, chooseNotices, notify } from './notices.ts'
import { endSentence } from './runWords.ts'
import { testStep } from './testFixtures.ts'
import { hasEnded } from './useEndNotice.ts'

const told: string[] = []
let permission = 'default'
let says = 'granted'
beforeEach(() => {
  const kept = new Map<string, string>()
  ;[permission, says] = ['default', 'granted']
  told.length = 0
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) })
  vi.stubGlobal(
    'Notification',
    class {
      static get permission(): string {
        return permission
      }
      static requestPermission = async () => (permission = says)
      addEventListener = (): void => undefined
      constructor(title: string, { body }: NotificationOptions) {
        told.push(`${title}: ${body}`)
      }
    },
  )
})
afterEach(() => vi.unstubAllGlobals())

it('is off until somebody asks, is off where the browser refuses, and goes off again', async () => {
  expect([canNotify(), areNoticesOn(), permission]).toEqual([true, false, 'default'])
  says = 'denied'
  expect([await chooseNotices(true), areNoticesOn()]).toEqual([false, false])
  says = 'granted'
  expect([await chooseNotices(true), areNoticesOn()]).toEqual([true, true])
  notify('mine', 'Done.')
  expect(told).toEqual(['mine: Done.'])
  expect([await chooseNotices(false), areNoticesOn()]).toEqual([false, false])
  vi.stubGlobal('Notification', undefined)
  Reflect.deleteProperty(globalThis, 'Notification')
  expect([canNotify(), areNoticesOn()]).toEqual([false, false])
})

it('knows an end that came by itself', () => {
  const at = (phase: Phase | undefined, working = true) => ({ working, phase })
  expect(hasEnded(at('saving'), at('done'))).toBe(true)
  expect(hasEnded(at('training'), at('failed', false))).toBe(true)
  expect(hasEnded(at('done'), at('done', false))).toBe(false)
  for (const phase of ['paused', 'stopped', 'training'] as const) expect(hasEnded(at('saving'), at(phase))).toBe(false)
  // A stored run that is opened.
  expect(hasEnded(at(undefined, false), at('done', false))).toBe(false)
})

it('says how a run ended', () => {
  const run = applyAll(newRun(20), [testStep(1, 20), testStep(2, 20), { type: 'phase', phase: 'done', at: 0 }])
  expect(endSentence(run)).toMatch(/^Done\. Step 2 of 20, loss \d\.\d{3}\.$/)
  expect(endSentence({ ...run, phase: 'failed', failure: { code: 'diverged', message: 'The loss stopped being a number at step 2.', hint: 'Lower the learning rate.' } })).toBe('The loss stopped being a number at step 2.')
})
