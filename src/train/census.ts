// What a model with its methods is made of, found by tracing one token and running nothing: the weight manifest, the
// trainable tensors with their keys, and the outline that methods choose their targets from.
import type { AttentionShape, Family } from '../families/family.ts'
import { Graph } from '../graph/graph.ts'
import { sizeOf, type Shape } from '../graph/shape.ts'
import type { Attachment, Init, ModelOutline } from '../methods/method.ts'
import { Fault } from '../protocol/failure.ts'
import { layerOf, levelsOf } from './levels.ts'
import { Tracer, type Role } from './tracer.ts'

export interface WeightEntry {
  readonly name: string
  readonly shape: Shape
  readonly role: Role
}
export interface TrainableEntry {
  /** Key in the adapter file. */
  readonly key: string
  /** As files store it. */
  readonly shape: Shape
  readonly transposed: boolean
  readonly frozen: boolean
  /** Which of the attachments it belongs to. */
  readonly owner: number
  readonly init: Init
  /** Whether weight decay applies: transformers.Trainer exempts biases and norms. */
  readonly decays: boolean
}
export interface Census {
  /** Frozen base tensors. */
  readonly weights: readonly WeightEntry[]
  readonly trainables: readonly TrainableEntry[]
  readonly linears: readonly string[]
  readonly linearSizes: ReadonlyMap<string, { readonly in: number; readonly out: number }>
  readonly embeddings: readonly string[]
  readonly norms: readonly string[]
  readonly attention: AttentionShape
  /** Level in the model's depth of every tensor, frozen or trainable, by name or key: see levels.ts. */
  readonly levels: ReadonlyMap<string, number>
}

const EXEMPT = /bias|layernorm|rmsnorm|(^|\.)norm(\.|$)|_norm(\.|$)|adapter_norm_/

export function census(family: Family, config: unknown, attachments: readonly Attachment[]): Census {
  const weights = new Map<string, WeightEntry>()
  const trainables = new Map<string, TrainableEntry>()
  const uses = new Map<string, Set<string>>()
  const below = new Set<string>()
  let inLayers = false
  const used = (g: Graph, name: string, ofBase: boolean): void => {
    uses.set(name, (uses.get(name) ?? new Set()).add(g.scope))
    inLayers ||= layerOf(g.scope) !== undefined
    if ((ofBase && !inLayers) || tracer.embeddings.includes(g.scope)) below.add(name)
  }
  const tracer = new Tracer(
    new Graph(),
    { batch: 1, length: 1, training: true, lead: true },
    {
      weight(g, name, shape, role) {
        used(g, name, true)
        weights.set(name, { name, shape, role })
        return g.source('weight', name, shape)
      },
      param(g, key, shape, init, { transposed = false, frozen = false, role, owner = 0 }) {
        const holder = trainables.get(key)?.owner ?? owner
        if (holder !== owner)
          throw new Fault('bad-recipe', `${attachments[holder].name} and ${attachments[owner].name} both keep a tensor called ${key}, so they cannot be joined.`, 'Keep one of them.')
        used(g, key, role !== undefined)
        trainables.set(key, { key, shape, transposed, frozen, owner, init, decays: role !== 'norm' && !EXEMPT.test(key.toLowerCase()) })
        return g.source('state', key, transposed ? shape.toReversed() : shape)
      },
    },
    attachments,
  )
  const { hidden, head } = family.forward(tracer, config)
  head(hidden)
  const levels = levelsOf(uses, below, family.dimensions(config).layers)
  return { levels, weights: [...weights.values()], trainables: [...trainables.values()], linears: tracer.linears, linearSizes: tracer.linearSizes, embeddings: tracer.embeddings, norms: tracer.norms, attention: tracer.attentionShape! }
}

/** What methods are told of a model, with its weight manifest and how deep each tensor works. */
export interface Outline extends ModelOutline {
  readonly manifest: readonly WeightEntry[]
  /** By name: see levels.ts. */
  readonly levels: ReadonlyMap<string, number>
}

/** The bare model's outline. */
export function outline(family: Family, config: unknown): Outline {
  const bare = census(family, config, [])
  const head = bare.linears.at(-1)!
  const dimensions = family.dimensions(config)
  return {
    modelType: family.id,
    architecture: family.architecture,
    taskType: dimensions.taskType,
    linears: bare.linears,
    linearSizes: bare.linearSizes,
    embeddings: bare.embeddings,
    norms: bare.norms,
    head,
    tensors: bare.weights.map((w) => w.name),
    targets: family.targets,
    layers: dimensions.layers,
    hidden: dimensions.hidden,
    embedded: dimensions.embedded ?? dimensions.hidden,
    attention: bare.attention,
    conv1d: family.id === 'gpt2',
    manifest: bare.weights,
    levels: bare.levels,
  }
}

export const countOf = (entries: readonly { readonly shape: Shape }[]): number => entries.reduce((n, e) => n + sizeOf(e.shape), 0)
