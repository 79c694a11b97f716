// A base model opened from a Hugging Face folder: config read, weights checked (not yet uploaded), tokenizer at hand.
import { loadTokenizer, type Tokenizer } from '../data/tokenizer.ts'
import type { Family } from '../families/family.ts'
import { familyOf } from '../families/registry.ts'
import type { ModelFolder } from '../files/modelFolder.ts'
import type { Gpu } from '../gpu/device.ts'
import { Memory } from '../gpu/memory.ts'
import { Pipelines } from '../gpu/pipelines.ts'
import type { Attachment } from '../methods/method.ts'
import { census, outline } from './census.ts'
import { layOut, type Layout } from './layout.ts'
import type { Subject } from './step.ts'
import { Weights } from './weights.ts'

export interface Base {
  readonly gpu: Gpu
  readonly memory: Memory
  readonly pipelines: Pipelines
  readonly folder: ModelFolder
  readonly family: Family
  readonly config: unknown
  readonly outline: ReturnType<typeof outline>
  readonly weights: Weights
  /** Loaded on first use: parity cases need none. */
  tokenizer(): Tokenizer
}

export function openBase(gpu: Gpu, folder: ModelFolder): Base {
  const family = familyOf(folder.modelType)
  const config = family.config(folder.config)
  const found = outline(family, config)
  const memory = new Memory(gpu.device)
  let tokenizer: Tokenizer | undefined
  return {
    gpu,
    memory,
    pipelines: new Pipelines(gpu.device),
    folder,
    family,
    config,
    outline: found,
    weights: new Weights(memory, folder, family, found.manifest),
    tokenizer: () => (tokenizer ??= loadTokenizer(folder.tokenizerJson, folder.tokenizerConfig)),
  }
}

/** The base with methods attached; none attached is the base itself. */
export function subjectOf(base: Base, attachments: readonly Attachment[]): Subject & { readonly census: ReturnType<typeof census>; readonly layout: Layout } {
  const { family, config, weights } = base
  const found = census(family, config, attachments)
  return { family, config, attachments, census: found, layout: layOut(found.trainables), dtypeOf: (name) => weights.dtypeOf(name) }
}
