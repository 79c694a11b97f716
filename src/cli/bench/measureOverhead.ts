// What LoRA on every layer costs over the frozen model alone: forward and backward through all layers, where only one norm
// of the lowest layer trains, so that gradients have to come all the way down.
import { attachAll } from '../../methods/registry.ts'
import type { Bench } from './bench.ts'
import { interleave, type Timing } from './interleave.ts'
import { openPreset, presets } from './presets.ts'
import { fullBatch, studioTraining } from './studioTraining.ts'

export interface Overhead {
  readonly model: string
  readonly tokens: number
  readonly frozen: Timing
  readonly lora: Timing
  /** Share that LoRA adds to the median: of processor time on a software adapter, else of time on the clock. */
  readonly share: number
}

const LOWEST = 'model.layers.0.input_layernorm.weight'

export async function measureOverhead(bench: Bench): Promise<Overhead> {
  const preset = presets.get(bench.software ? 'lora-small' : 'smollm2-135m')!
  bench.say(`LoRA r = 16 on all layers over the frozen model, ${preset.name}`)
  const model = await openPreset(preset, bench.readStarter)
  const batch = fullBatch(preset.batch, preset.length, model.family.dimensions(model.config).vocabulary)
  const everywhere = attachAll([{ id: 'lora', options: { r: 16, lora_alpha: 32, target_modules: ['all-linear'] } }], model.outline)
  const gpu = await bench.open()
  const frozen = await studioTraining(gpu, model, [{ name: 'frozen', trains: (name) => (name === LOWEST ? name : undefined) }], batch)
  const lora = await studioTraining(gpu, model, everywhere, batch)
  const arms = [frozen, lora].map((training, i) => ({
    name: i === 0 ? 'frozen' : 'lora',
    async run(times: number) {
      for (let n = 0; n < times; n++) await training.step()
    },
  }))
  const found = await interleave(arms, { ...bench, mostTimes: 4 })
  const timings = { frozen: found.get('frozen')!, lora: found.get('lora')! }
  for (const training of [frozen, lora]) training.dispose()
  gpu.device.destroy()
  const cost = ({ cpu, wall }: Timing): number => (cpu ?? wall).median
  return { model: preset.name, tokens: preset.batch * preset.length, ...timings, share: cost(timings.lora) / cost(timings.frozen) - 1 }
}
