// Runs the measurements that were asked for, steps first: libraries that keep freed buffers would carry them into the next.
import type { Bench } from './bench.ts'
import { measureCeiling } from './ceiling.ts'
import { measureAttention } from './measureAttention.ts'
import { measureGrowth } from './measureGrowth.ts'
import { measureLoss } from './measureLoss.ts'
import { measureMatmul } from './measureMatmul.ts'
import { measureOverhead } from './measureOverhead.ts'
import { measureStep } from './measureStep.ts'
import { presets } from './presets.ts'
import type { Findings } from './report.ts'
import { timeDecoding } from './timeDecoding.ts'
import { timeMatmul } from './timeMatmul.ts'
import { timeStep } from './timeStep.ts'

export async function measureAll(given: Omit<Bench, 'leaveOut'>, names: readonly string[]): Promise<Findings> {
  const found: Findings = { steps: [], leftOut: [] }
  const bench: Bench = { ...given, leaveOut: (why) => void found.leftOut.push(why) }
  for (const name of names) {
    const preset = presets.get(name)
    if (!preset) continue
    if (preset.large && bench.software && !bench.patient) bench.leaveOut(`${name}: it takes minutes on a software adapter; --only ${name} measures it all the same.`)
    else found.steps.push(await measureStep(bench, preset))
  }
  if (names.includes('ceiling') || names.includes('matmul')) {
    bench.say('ceilings')
    const { device } = await bench.open()
    found.ceiling = await measureCeiling(device, bench.software, { rounds: bench.rounds })
    device.destroy()
  }
  if (names.includes('matmul')) found.matmul = await measureMatmul(bench)
  if (names.includes('attention')) found.attention = await measureAttention(bench)
  if (names.includes('loss')) found.loss = await measureLoss(bench)
  if (names.includes('overhead')) found.overhead = await measureOverhead(bench)
  if (names.includes('growth')) found.growth = await measureGrowth(bench)
  for (const name of names) {
    if (name === 'kernels') await timeMatmul(await bench.open())
    if (name === 'decode') await timeDecoding(bench, presets.get('starter')!)
    if (name === 'profile') await timeStep(bench, presets.get('lora-small')!)
  }
  return found
}
