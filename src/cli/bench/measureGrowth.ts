// How a step's time grows with the length of rows at equal tokens, with layers and with the vocabulary.
import { attachAll } from '../../methods/registry.ts'
import type { Bench } from './bench.ts'
import { replayed } from './graphWork.ts'
import { interleave, type Timing } from './interleave.ts'
import { presets, randomModel, small, type Config } from './presets.ts'
import { fullBatch, studioTraining } from './studioTraining.ts'

export interface GrowthPoint {
  readonly what: 'length' | 'layers' | 'vocabulary'
  readonly value: number
  readonly step: Timing
  /** The attention kernels of the step alone. */
  readonly attention: Timing
  /** Share of the rest (the step without attention) by which it differs from its line's first point, per unit of work. */
  readonly off: number
}

/** Milliseconds that count: processor time on a software adapter. */
const cost = ({ cpu, wall }: Timing): number => (cpu ?? wall).median

export async function measureGrowth(bench: Bench): Promise<GrowthPoint[]> {
  const tokens = 2048
  const lines: { what: GrowthPoint['what']; points: { value: number; config: Config; length: number; tokens: number }[] }[] = [
    { what: 'length', points: (bench.quick ? [128, 512] : [128, 256, 512, 1024, 2048]).map((length) => ({ value: length, config: small, length, tokens })) },
    { what: 'layers', points: [2, 4, 8].map((n) => ({ value: n, config: { ...small, num_hidden_layers: n }, length: 256, tokens: 512 })) },
    { what: 'vocabulary', points: [2048, 8192, 32_768].map((n) => ({ value: n, config: { ...small, vocab_size: n }, length: 256, tokens: 512 })) },
  ]
  const found: GrowthPoint[] = []
  // One device, which compiles what models share once.
  const gpu = await bench.open()
  for (const { what, points } of lines) {
    bench.say(`growth with ${what}: ${points.map((p) => p.value).join(', ')}`)
    const trainings = []
    for (const { config, length, tokens } of points) {
      const model = await randomModel(config, 'f32')
      const training = await studioTraining(gpu, model, attachAll(presets.get('lora-small')!.methods, model.outline), fullBatch(tokens / length, length, config['vocab_size'] as number))
      const attention = training.recording.commands.filter((c) => / attention/.test(` ${c.label.split(' ').at(-1)}`))
      trainings.push({ training, attention })
    }
    const timings = await interleave(
      trainings.flatMap(({ training, attention }, i) => [
        { name: `step ${i}`, run: async (times: number) => { for (let n = 0; n < times; n++) await training.step() } },
        { name: `attention ${i}`, run: (times: number) => replayed(gpu.device, { commands: attention }, times) },
      ]),
      { ...bench, mostTimes: 4 },
    )
    const rest = (i: number): number => cost(timings.get(`step ${i}`)!) - cost(timings.get(`attention ${i}`)!)
    // Layers and vocabulary add to a constant part: the first two points give the line, the last is held against it.
    points.forEach(({ value }, i) => {
      const slope = points.length > 1 ? (rest(1) - rest(0)) / (points[1].value - points[0].value) : 0
      const expected = what === 'length' ? rest(0) : rest(0) + slope * (value - points[0].value)
      found.push({ what, value, step: timings.get(`step ${i}`)!, attention: timings.get(`attention ${i}`)!, off: rest(i) / expected - 1 })
    })
    for (const { training } of trainings) training.dispose()
  }
  gpu.device.destroy()
  return found
}
