// Several adapters on one base at once, as one subject. Each keeps its values in a flat buffer of its own, and its weight is
// an input of the graph: moving a slider is a 4-byte write, not another trace. The weight of what acts on activations goes
// from its input (0) to its output (1); tensors that replace the base's add their differences.
import type { Graph } from '../graph/graph.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Attachment } from '../methods/method.ts'
import { mix } from '../ops/mix.ts'
import { Fault } from '../protocol/failure.ts'
import type { OpenModel } from './base.ts'
import type { WeightEntry } from './census.ts'
import type { FittingAdapter } from './openAdapter.ts'
import type { Subject } from './step.ts'
import { virtualTokens } from './virtualTokens.ts'
import { matrixType } from './weights.ts'

export interface Member {
  readonly id: string
  readonly adapter: FittingAdapter
  /** As trained, whatever its weight says: nothing is mixed, which saves a dispatch at every site. */
  readonly whole?: boolean
}

export interface Ensemble extends Subject {
  /** Base tensors that it reads. */
  readonly weights: readonly WeightEntry[]
}

/** State that holds an adapter's values. */
export const flatName = (id: string): string => `values of ${id}`
/** Input that holds its weight: (1), or one for each row that is answered. */
export const weightName = (id: string): string => `weight of ${id}`

/** Base tensors that the adapter replaces, and whether some are matrices: those are never mixed, because every step would read them all. */
export function replaced(model: OpenModel, { attachments }: FittingAdapter): readonly WeightEntry[] {
  return model.outline.manifest.filter(({ name }) => attachments.some((a) => a.trains?.(name) !== undefined))
}

/** Why the adapter's weight can only be 0 or 1; undefined when it can be any number. */
export function unmixable(model: OpenModel, adapter: FittingAdapter): string | undefined {
  if (adapter.attachments.some((a) => a.prompt ?? a.prefix)) return 'virtual tokens are there or not'
  if (replaced(model, adapter).some((entry) => entry.role === 'matrix')) return 'it replaces whole matrices of the base'
  return undefined
}

/** Throws where adapters cannot stand side by side. Members whose weight is 0 and cannot be mixed are left to the caller. */
export function ensemble(model: OpenModel, members: readonly Member[]): Ensemble {
  const { family, config, outline } = model
  const owners = members.flatMap((member) => {
    const mixed = unmixable(model, member.adapter) === undefined
    return member.adapter.attachments.map((attachment) => ({ member, attachment, mixed }))
  })
  const attachments = owners.map(({ attachment, member, mixed }) => (mixed && !member.whole ? weighted(attachment, member.id) : { ...attachment, trains: () => undefined }))
  const replacements = new Map<string, { readonly member: Member; readonly key: string; readonly mixed: boolean }[]>()
  for (const { name, role } of outline.manifest)
    for (const { member, attachment, mixed } of owners) {
      const key = attachment.trains?.(name)
      if (key === undefined) continue
      const known = replacements.get(name) ?? []
      if (known.length > 0 && (role === 'matrix' || (!mixed && known.some((r) => !r.mixed))))
        throw new Fault('bad-adapter', `Two of these adapters replace ${name} as a whole, and only one of them can.`, 'Use one of them at a time.')
      // What replaces comes first; what mixes adds its difference to that.
      replacements.set(name, mixed ? [...known, { member, key, mixed }] : [{ member, key, mixed }, ...known])
    }
  const made = new WeakMap<Graph, Map<string, Tensor>>()

  const subject: Subject = {
    family,
    config,
    attachments,
    layout: members[0]?.adapter.layout ?? { windows: new Map(), length: 0 },
    dtypeOf: (name) => matrixType(model, name),
    place: (owner) => {
      const { member } = owners[owner]
      return { flat: flatName(member.id), layout: member.adapter.layout }
    },
    weight(g, name, shape, own) {
      const known = made.get(g)?.get(name)
      if (known) return known
      const found = replacements.get(name)
      if (!found) return undefined
      let onto: Tensor | undefined
      for (const { member, key, mixed } of found) {
        const { windows, length } = member.adapter.layout
        const end = g.view(g.source('state', flatName(member.id), [length]), shape, windows.get(key)!.offset, `${key} of ${member.id}`)
        // Alone and as trained it takes the base's place; beside others its difference counts.
        onto = mixed && !(member.whole && found.length === 1) ? mix(g, { start: own(), end, weight: weightOf(g, member.id), onto }, {}).y : end
      }
      made.set(g, (made.get(g) ?? new Map<string, Tensor>()).set(name, onto!))
      return onto
    },
  }
  const wholly = new Set([...replacements].filter(([, found]) => found.every((r) => !r.mixed) || (found.length === 1 && found[0].member.whole)).map(([name]) => name))
  try {
    virtualTokens(attachments)
  } catch (error) {
    if (error instanceof Fault && error.code === 'bad-recipe')
      throw new Fault('bad-adapter', `These adapters cannot be used together: ${error.message.replace('methods of this recipe', 'of them')}`, 'Use fewer of them at a time.')
    throw error
  }
  return { ...subject, weights: outline.manifest.filter(({ name }) => !wholly.has(name)) }
}

const weightOf = (g: Graph, id: string, rows = 1): Tensor => g.input(weightName(id), [rows])

/** The attachment with every effect weighed, row by row where there are several. Base tensors that it trains are the ensemble's to weigh. */
export function weighted(a: Attachment, id: string, rows = 1): Attachment {
  const blend = (g: Graph, start: Tensor, end: Tensor): Tensor => (start === end ? start : mix(g, { start, end, weight: weightOf(g, id, rows) }, {}).y)
  return {
    ...a,
    trains: () => undefined,
    ...(a.linear && {
      linear(site, x, base) {
        // The method asks the base too; for the same input it is computed once.
        const known = new Map<Tensor, Tensor>()
        const once = (from: Tensor): Tensor => {
          const y = known.get(from) ?? base(from)
          known.set(from, y)
          return y
        }
        let weighed = false
        const weigh = (narrow: Tensor): Tensor => {
          weighed = true
          const { graph } = site
          const start = graph.constant(`no update ${narrow.shape.join('×')}`, narrow.shape, new Float32Array(sizeOf(narrow.shape)))
          return mix(graph, { start, end: narrow, weight: weightOf(graph, id, rows) }, {}).y
        }
        const y = a.linear!({ ...site, weigh }, x, once)
        return weighed ? y : blend(site.graph, once(x), y)
      },
    }),
    ...(a.embedding && {
      embedding(site, base) {
        let known: Tensor | undefined
        const once = (): Tensor => (known ??= base())
        return blend(site.graph, once(), a.embedding!(site, once))
      },
    }),
    ...(a.sublayer && { sublayer: (site, h, x) => blend(site.graph, x, a.sublayer!(site, h, x)) }),
  }
}
