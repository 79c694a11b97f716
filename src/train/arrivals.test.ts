// A learner that answers as the real one does: what is held arrives only when it is read, and reads arrive in order.
import { describe, expect, it } from 'vitest'
import { Arrivals } from './arrivals.ts'
import { MOST_HELD, type StepNumbers } from './learner.ts'

function fakeLearner(ms: (step: number) => number, failAt?: number) {
  const log = { reads: 0, mostOpen: 0 }
  let held: (() => void)[] = []
  let open = 0
  const read = (): Promise<void> => {
    const group = held
    held = []
    if (group.length > 0) log.reads += 1
    setTimeout(() => group.forEach((go) => go()), 1)
    return Promise.resolve()
  }
  const step = (n: number, hold: boolean): Promise<StepNumbers> => {
    log.mostOpen = Math.max(log.mostOpen, ++open)
    const numbers = new Promise<StepNumbers>((arrive, fail) => {
      held.push(() => {
        open -= 1
        if (failAt !== undefined && n >= failAt) fail(new Error(`step ${n}`))
        else arrive({ ms: ms(n), losses: [n], penalty: 0, gradNorm: 1 })
      })
    })
    if (!hold) void read()
    return numbers
  }
  return { log, read, step }
}

async function run(steps: number, learner: ReturnType<typeof fakeLearner>): Promise<number[]> {
  const told: number[] = []
  const arrivals = new Arrivals(learner)
  for (let n = 0; n < steps; n++) {
    const { hold } = arrivals
    await arrivals.add(learner.step(n, hold), hold, ({ losses }) => told.push(losses[0]!))
  }
  await arrivals.drain()
  return told
}
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

describe('numbers on their way', () => {
  it('are read step by step where steps are long', async () => {
    const learner = fakeLearner(() => 900)
    expect(await run(20, learner)).toEqual(upTo(20))
    expect(learner.log.reads).toBe(20)
    expect(learner.log.mostOpen).toBeLessThanOrEqual(3)
  })

  it('are read together where steps are short, at least ten at a time', async () => {
    const learner = fakeLearner(() => 20)
    expect(await run(500, learner)).toEqual(upTo(500))
    expect(learner.log.reads).toBeLessThanOrEqual(50)
    expect(learner.log.mostOpen).toBeLessThanOrEqual(2 * MOST_HELD)
  })

  it('arrive whatever becomes of the pace', async () => {
    for (const ms of [(n: number) => (n % 40 < 20 ? 5 : 5000), (n: number) => 1 + ((n * 7919) % 1500), () => 0]) {
      expect(await run(300, fakeLearner(ms))).toEqual(upTo(300))
    }
  })

  it('are told up to the first failure, which surfaces', async () => {
    const learner = fakeLearner(() => 20, 77)
    const told: number[] = []
    const arrivals = new Arrivals(learner)
    const all = async (): Promise<void> => {
      for (let n = 0; n < 500; n++) {
        const { hold } = arrivals
        await arrivals.add(learner.step(n, hold), hold, ({ losses }) => told.push(losses[0]!))
      }
    }
    await expect(all()).rejects.toThrow('step 77')
    expect(told).toEqual(upTo(77))
  })
})
