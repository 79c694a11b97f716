// Which tensors train when. Frozen layers never do; with gradual unfreezing the top layers begin and the ones below join
// group by group, the embeddings last (ULMFiT, https://arxiv.org/abs/1801.06146). Layers further down may learn more slowly.
import { Fault } from '../protocol/failure.ts'
import type { Training } from '../protocol/training.ts'
import type { Census } from './census.ts'
import { EMBEDDINGS } from './levels.ts'

export interface Stage {
  /** First step, from 0. */
  readonly from: number
  /** Keys of the tensors that train. */
  readonly keys: ReadonlySet<string>
  /** Lowest level that trains: see levels.ts. */
  readonly lowest: number
}

type Knobs = Pick<Training, 'freeze_layers' | 'freeze_embeddings' | 'unfreeze_every' | 'unfreeze_layers' | 'layerwise_lr_decay'>

/** Whether a level never trains. */
export const isFrozen = (level: number, layers: number, { freeze_layers, freeze_embeddings }: Pick<Knobs, 'freeze_layers' | 'freeze_embeddings'>): boolean =>
  level === EMBEDDINGS ? freeze_embeddings : level < Math.min(layers, freeze_layers)

/** In order; each trains more than the one before it. */
export function stagesOf({ trainables, levels }: Pick<Census, 'trainables' | 'levels'>, layers: number, t: Knobs): readonly Stage[] {
  const able = trainables.filter((e) => !e.frozen && !isFrozen(levels.get(e.key)!, layers, t))
  if (able.length === 0)
    throw new Fault('bad-recipe', 'With these layers and embeddings frozen, the method has nothing left to train.', 'Freeze fewer layers, or choose a method that trains something above them.', undefined, [
      { kind: 'training', name: 'freeze_layers', value: 0 },
      { kind: 'training', name: 'freeze_embeddings', value: false },
    ])
  const from = (lowest: number): ReadonlySet<string> => new Set(able.filter((e) => levels.get(e.key)! >= lowest).map((e) => e.key))
  if (t.unfreeze_every === 0) return [{ from: 0, keys: from(EMBEDDINGS), lowest: lowestOf(able.map((e) => levels.get(e.key)!)) }]
  const stages: Stage[] = []
  for (let group = 0, lowest = layers; lowest > EMBEDDINGS; group++) {
    // The embeddings are a group of their own.
    lowest = lowest === 0 ? EMBEDDINGS : Math.max(0, lowest - t.unfreeze_layers)
    const keys = from(lowest)
    if (keys.size > (stages.at(-1)?.keys.size ?? 0)) stages.push({ from: stages.length === 0 ? 0 : group * t.unfreeze_every, keys, lowest: lowestOf([...keys].map((key) => levels.get(key)!)) })
  }
  return stages
}

const lowestOf = (levels: readonly number[]): number => levels.reduce((a, b) => Math.min(a, b))

export const stageAt = (stages: readonly Stage[], step: number): Stage => stages.findLast((s) => s.from <= step)!

/** First step at which a tensor trains; undefined for never. */
export const beginsAt = (stages: readonly Stage[], key: string): number | undefined => stages.find((s) => s.keys.has(key))?.from

/** Share of the learning rate at a level: 1 in the last layer and above it, a factor less for every layer below. */
export const rateAt = (level: number, layers: number, decay: number): number => decay ** Math.max(0, layers - 1 - level)

/** What trains in a stage, in words. */
export function stageText({ lowest }: Stage, layers: number): string {
  if (lowest >= layers) return 'what is above the layers trains'
  if (lowest === EMBEDDINGS) return 'all layers and the embeddings train'
  return lowest === layers - 1 ? 'the last layer trains' : `layers ${lowest + 1} to ${layers} train`
}
