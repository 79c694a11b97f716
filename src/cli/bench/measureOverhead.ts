// What LoRA on every layer costs over the frozen model alone: forward and backward through all layers, where only one norm
// of the lowest layer trains, so that gradients have to come all the way down. On layers of the widths of real models, since
// the narrower a layer, the more of it a rank is; with few words, since the head would hide the cost.
import type { Attachment } from '../../methods/method.ts'
import { attachAll } from '../../methods/registry.ts'
import type { OpenModel } from '../../train/base.ts'
import type { Bench } from './bench.ts'
import { interleave, type Timing } from './interleave.ts'
import { randomModel, type Config } from './presets.ts'
import { fullBatch, studioTraining } from './studioTraining.ts'

export interface Overhead {
  readonly layers: string
  readonly tokens: number
  readonly frozen: Timing
  readonly lora: Timing
  /** Share that LoRA adds to the median: of processor time on a software adapter, else of time on the clock. */
  readonly share: number
  /** Share that it adds to the operations of all matrix products. */
  readonly arithmetic: number
}

const RANK = 16
/**
 * Each arm is set up so often, and its fastest counts: on a software adapter the same kernels on the same shapes take up to 40 %
 * longer where buffers happen to lie badly in the caches, which stays so until they are made anew.
 */
const PLACES = 3
const TOKENS = 512
const LOWEST = 'model.layers.0.input_layernorm.weight'
const llama = (layers: number, width: number, hidden: number, heads: number, kvHeads: number): Config => ({
  model_type: 'llama', hidden_size: width, intermediate_size: hidden, num_hidden_layers: layers, num_attention_heads: heads, num_key_value_heads: kvHeads,
  vocab_size: 512, max_position_embeddings: TOKENS, rope_theta: 10_000, rms_norm_eps: 1e-5, tie_word_embeddings: true,
})
const WIDTHS: readonly (readonly [says: string, config: Config, large?: boolean])[] = [
  ['4 layers of SmolLM2-135M’s widths', llama(4, 576, 1536, 9, 3)],
  ['2 layers of Qwen2.5-0.5B’s widths', llama(2, 896, 4864, 14, 2)],
  ['1 layer of Llama-3.2-1B’s widths', llama(1, 2048, 8192, 32, 8), true],
]

export async function measureOverhead(bench: Bench): Promise<Overhead[]> {
  const found: Overhead[] = []
  for (const [layers, config, large] of WIDTHS) {
    if (large && bench.quick) continue
    bench.say(`LoRA r = ${RANK} on all linear layers over the frozen model, ${layers}`)
    found.push({ layers, tokens: TOKENS, ...(await measure(bench, config)) })
  }
  return found
}

type Measured = Omit<Overhead, 'layers' | 'tokens'>

const cost = ({ cpu, wall }: Timing): number => (cpu ?? wall).median

async function measure(bench: Bench, config: Config): Promise<Measured> {
  const model = await randomModel(config, 'f16')
  const places: Omit<Measured, 'share'>[] = []
  for (let i = 0; i < PLACES; i++) places.push(await measureOnce(bench, model))
  const fastest = (arm: 'frozen' | 'lora'): Timing => places.map((place) => place[arm]).reduce((a, b) => (cost(b) < cost(a) ? b : a))
  const [frozen, lora] = [fastest('frozen'), fastest('lora')]
  return { frozen, lora, share: cost(lora) / cost(frozen) - 1, arithmetic: places[0].arithmetic }
}

async function measureOnce(bench: Bench, model: OpenModel): Promise<Omit<Measured, 'share'>> {
  const batch = fullBatch(1, TOKENS, model.folder.config['vocab_size'] as number)
  const everywhere = attachAll([{ id: 'lora', options: { r: RANK, lora_alpha: 2 * RANK, target_modules: ['all-linear'] } }], model.outline)
  const gpu = await bench.open()
  const lowest: Attachment = { name: 'lowest', trains: (name) => (name === LOWEST ? name : undefined) }
  const frozen = await studioTraining(gpu, model, [lowest], batch)
  // The norm trains here too: LoRA alone would need no gradient of the lowest layer's input.
  const lora = await studioTraining(gpu, model, [...everywhere, lowest], batch)
  const arms = [frozen, lora].map((training, i) => ({
    name: i === 0 ? 'frozen' : 'lora',
    async run(times: number) {
      for (let n = 0; n < times; n++) await training.step()
    },
  }))
  const timings = await interleave(arms, { ...bench, mostTimes: 4 })
  const [ofFrozen, ofLora] = [timings.get('frozen')!, timings.get('lora')!]
  for (const training of [frozen, lora]) training.dispose()
  gpu.device.destroy()
  return { frozen: ofFrozen, lora: ofLora, arithmetic: lora.flops / frozen.flops - 1 }
}
