// A base model: first opened from a Hugging Face folder (config read, weights checked, tokenizer at hand, no GPU needed),
// then mounted on a device, where its weights go as runs need them.
import { loadTokenizer, type Tokenizer } from '../data/tokenizer.ts'
import type { Family } from '../families/family.ts'
import { familyOf } from '../families/registry.ts'
import type { Plan } from '../engine/plan.ts'
import type { Choose } from '../engine/record.ts'
import { chooseTuned, clockStopwatch, tune, tunedOn, type Tuned } from '../engine/tune.ts'
import type { ModelFolder } from '../files/modelFolder.ts'
import type { Gpu } from '../gpu/device.ts'
import { Memory } from '../gpu/memory.ts'
import { turns } from '../lib/turns.ts'
import { Fault } from '../protocol/failure.ts'
import { Pipelines } from '../gpu/pipelines.ts'
import { readClasses } from '../families/classes.ts'
import { mayStartFresh } from '../methods/classifierHead.ts'
import type { Attachment } from '../methods/method.ts'
import { legible } from '../protocol/legible.ts'
import { census, outline, type Census, type Outline } from './census.ts'
import type { Kept } from './keptAs.ts'
import { layOut } from './layout.ts'
import type { Subject } from './step.ts'
import { checkWeights, matrixType, Weights } from './weights.ts'

export interface OpenModel {
  readonly folder: ModelFolder
  readonly family: Family
  readonly config: unknown
  readonly outline: Outline
  /** How its matrices are kept on the GPU. */
  readonly kept: Kept
  /** Loaded on first use: parity cases need none. */
  tokenizer(): Tokenizer
}

export interface Base extends OpenModel {
  readonly gpu: Gpu
  readonly memory: Memory
  readonly pipelines: Pipelines
  readonly weights: Weights
  /** The kernels that are fastest here. */
  readonly choose: Choose
  /** Finds out which those are for what a plan runs; does nothing where that is known, or of no use. */
  tune(p: Plan): Promise<void>
}

export function openModel(folder: ModelFolder, kept: Kept = {}): OpenModel {
  const family = familyOf(folder.modelType)
  const { config, found } = legible(() => readConfig(folder, family), 'bad-model', 'config.json of this model has an entry of another kind than its family expects.', 'Get the file again, or choose another model.')
  // An encoder that was only pretrained has no head yet.
  const bare = found.taskType !== 'CAUSAL_LM' && !readClasses(folder.config)
  checkWeights(folder, family, bare ? found.manifest.filter(({ name }) => !mayStartFresh(name)) : found.manifest)
  let loaded: Tokenizer | undefined
  const tokenizer = (): Tokenizer => (loaded ??= loadTokenizer(folder.tokenizerJson, folder.tokenizerConfig))
  const tokenize = (text: string): number[] => [...tokenizer().encode(text, { special: true })]
  return { folder, family, config, outline: { ...found, architecture: architectureOf(folder.config) ?? found.architecture, tokenize }, tokenizer, kept }
}

/** Names under which families count layers, and what a count may be: each has weights, and a billion would be traced for hours. */
const LAYERS = ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers']
const MAX_CLASSES = 65_536
/** Widths and what they are made of; each is a side of some tensor. */
const WIDTHS = ['hidden_size', 'n_embd', 'dim', 'head_dim', 'num_attention_heads', 'n_head', 'num_key_value_heads', 'query_pre_attn_scalar']

function readConfig(folder: ModelFolder, family: Family): { config: unknown; found: Outline } {
  const above = (names: readonly string[], most: number): string | undefined => names.find((name) => typeof folder.config[name] === 'number' && !(folder.config[name] >= 1 && folder.config[name] <= most))
  let widest = 0
  for (const { shape } of folder.tensors.values()) widest = Math.max(widest, ...shape)
  const wrong = above(LAYERS, folder.tensors.size) ?? above(WIDTHS, widest) ?? above(['num_labels'], MAX_CLASSES)
  if (wrong !== undefined) throw new Fault('bad-model', `config.json claims ${wrong} ${String(folder.config[wrong])}, and the model has ${folder.tensors.size} tensors, none wider than ${widest}.`, 'Check that the folder is complete and unmodified, or choose another model.')
  const quantized = folder.config['quantization_config'] as Readonly<Record<string, unknown>> | null | undefined
  if (quantized) throw new Fault('bad-model', `The weights of this checkpoint are quantised already (${String(quantized['quant_method'] ?? 'quantization_config')}), which cannot be read.`, 'Choose the checkpoint it was made from; it can be quantised here.')
  const config = family.config(folder.config)
  return { config, found: outline(family, config) }
}

/** The class that a config names. */
const architectureOf = (json: Readonly<Record<string, unknown>>): string | undefined => (json['architectures'] as readonly string[] | null | undefined)?.[0]

/** When kernels are measured before a first step, and who is told. */
export interface Tuning {
  wanted(): boolean
  onMeasured(tuned: Tuned): void
}

/** @param tuning unsaid: where there is a GPU; on software adapters compiling the kernels would take longest */
export function mount(model: OpenModel, gpu: Gpu, tuning: Tuning = { wanted: () => !gpu.info.software, onMeasured: () => undefined }): Base {
  const memory = new Memory(gpu.device)
  const pipelines = new Pipelines(gpu.device)
  /** One plan after the other: two at once would time each other. */
  const inTurn = turns()
  const tunePlan = (p: Plan): Promise<void> =>
    inTurn(async () => {
      if (!tuning.wanted()) return
      const measured = await tune(gpu, p, clockStopwatch(gpu, memory, pipelines))
      if (measured.size > 0) tuning.onMeasured(tunedOn(gpu))
      // Without room or time for it, training goes on with the usual kernels; what is wrong with the device shows when it is used.
    }).catch(() => undefined)
  return { ...model, gpu, memory, pipelines, weights: new Weights(memory, pipelines, model), choose: chooseTuned(gpu), tune: tunePlan }
}

/** The base with methods attached; none attached is the base itself. */
export function subjectOf(model: OpenModel, attachments: readonly Attachment[]): Subject & { readonly census: Census } {
  const { family, config } = model
  const found = census(family, config, attachments)
  return { family, config, attachments, census: found, layout: layOut(found.trainables), dtypeOf: (name) => matrixType(model, name) }
}
