import { describe, expect, it } from 'vitest'
import { interleave } from './interleave.ts'

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

describe('interleaved timing', () => {
  it('runs arms in turns, after two runs that do not count', async () => {
    const order: string[] = []
    const arm = (name: string, ms: number) => ({
      name,
      async run(times: number) {
        order.push(`${name}${times}`)
        await pause(ms * times)
      },
    })
    const found = await interleave([arm('a', 12), arm('b', 50)], { rounds: 2, leastMs: 40, mostTimes: 2 })
    expect(order).toEqual(['a1', 'a1', 'b1', 'b1', 'a2', 'b1', 'a2', 'b1'])
    expect(found.get('a')).toMatchObject({ times: 2, wall: { count: 2 } })
    expect(found.get('b')!.wall.min).toBeGreaterThan(45)
    expect(found.get('b')!.cpu).toBeUndefined()
  })

  it('reads the processor’s clock around each sample, and counts every run of arms that are warm', async () => {
    let [clock, runs] = [0, 0]
    const arm = { name: 'a', run: async () => void (runs++, (clock += 7)) }
    const found = await interleave([arm], { rounds: 3, warm: true, cpu: async () => clock })
    expect(runs).toBe(3)
    expect(found.get('a')!.cpu).toEqual({ median: 7, min: 7, max: 7, count: 3 })
  })
})
