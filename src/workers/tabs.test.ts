// Two tabs and a third: who trains is told, watched, asked for and, when its tab dies, missed.
import { expect, it, vi } from 'vitest'
import type { RunEvent } from '../protocol/event.ts'
import type { TabNews } from '../protocol/keep.ts'
import { Tabs, type TabChannel, type TabMessage } from './tabs.ts'

function scene(count: number) {
  const channels: TabChannel[] = []
  const held = new Set<string>()
  const news: TabNews[][] = []
  const tabs = Array.from({ length: count }, (_, i) => {
    const channel: TabChannel = {
      hear: () => undefined,
      send: (message: TabMessage) => channels.forEach((c) => c !== channel && c.hear(structuredClone(message))),
    }
    channels.push(channel)
    const tab = new Tabs(channel, { isHeld: async (id) => held.has(id) }, 10)
    news.push([])
    tab.listen((n) => news[i]!.push(n))
    return tab
  })
  return { tabs, news, held }
}
const step = (n: number): RunEvent => ({ type: 'step', step: n, steps: 9, loss: 1, learningRate: 1, gradNorm: 1, tokens: 1, trainedTokens: 1, ms: 1 })
const run = (stop = (): void => undefined) => ({ runId: 'r', name: 'Night', steps: 9, stop })

it('tells the others what happens, in order, and those who come later what was said lately', async () => {
  vi.useFakeTimers()
  const { tabs, news, held } = scene(2)
  held.add('r')
  const { tell, end } = tabs[0]!.begin(run())
  tell(step(1))
  tell(step(2))
  await vi.advanceTimersByTimeAsync(300)
  expect(news[0]).toEqual([])
  expect(news[1]).toEqual([{ kind: 'live', runId: 'r', name: 'Night', step: 0, steps: 9 }, { kind: 'events', runId: 'r', events: [step(1), step(2)] }])
  tabs[1]!.askAgain('r')
  expect(news[1]!.at(-1)).toEqual({ kind: 'events', runId: 'r', events: [step(1), step(2)] })
  tell(step(3))
  end()
  expect(news[1]!.slice(-2)).toEqual([{ kind: 'events', runId: 'r', events: [step(3)] }, { kind: 'ended', runId: 'r' }])
  vi.useRealTimers()
})

it('hands a run over only when its owner has let go', async () => {
  const { tabs, news, held } = scene(3)
  held.add('r')
  tabs[0]!.begin(run(() => setTimeout(() => held.delete('r'), 50)))
  let taken = false
  const taking = tabs[2]!.takeOver('r').then(() => (taken = true))
  await new Promise((done) => setTimeout(done, 20))
  expect(taken).toBe(false)
  await taking
  expect(news[0]!.at(-1)).toEqual({ kind: 'yielded', runId: 'r' })
  held.add('stuck')
  await expect(tabs[1]!.takeOver('stuck', 50)).rejects.toMatchObject({ code: 'storage' })
})

it('misses a tab that died, but not one whose lock was free for a moment', async () => {
  const { tabs, news, held } = scene(2)
  held.add('r')
  tabs[0]!.begin(run())
  await new Promise((done) => setTimeout(done, 40))
  expect(news[1]!.map((n) => n.kind)).toEqual(['live'])
  held.delete('r')
  await vi.waitFor(() => expect(news[1]!.at(-1)).toEqual({ kind: 'ended', runId: 'r' }))
})
