// Several adapters on one base as one subject whose rows each have weights of their own: the next token of a few answers at once,
// each with its adapters or none. A weight of 0 leaves a row bit for bit as it is, so that a row is not told who else is there.
// Virtual tokens are no part of it: they lie in the rows of the cache already.
import type { OpenModel } from './base.ts'
import { flatName, replaced, weighted, type Ensemble, type Member } from './ensemble.ts'
import type { FittingAdapter } from './openAdapter.ts'
import { matrixType } from './weights.ts'

/** Whether it can answer in a batch with others: it replaces no tensor of the base, which all rows read, and gates no prefix. */
export const canJoin = (model: OpenModel, adapter: FittingAdapter): boolean =>
  replaced(model, adapter).length === 0 && adapter.attachments.every((a) => !a.prefix?.mix)

/** @param rows answers of a batch: the length of each member's weights */
export function jointSubject(model: OpenModel, members: readonly Member[], rows: number): Ensemble {
  const owners = members.flatMap((member) => member.adapter.attachments.map((attachment) => ({ member, attachment })))
  return {
    family: model.family,
    config: model.config,
    attachments: owners.map(({ member, attachment: { prompt: _prompt, prefix: _prefix, ...rest } }) => weighted(rest, member.id, rows)),
    layout: { windows: new Map(), length: 0 },
    dtypeOf: (name) => matrixType(model, name),
    place: (owner) => {
      const { member } = owners[owner]
      return { flat: flatName(member.id), layout: member.adapter.layout }
    },
    weights: model.outline.manifest,
  }
}

/** One order in which all these lists keep theirs, as a method may work on what an earlier one made; undefined where there is none. */
export function commonOrder(lists: readonly (readonly string[])[]): readonly string[] | undefined {
  const order: string[] = []
  let left = lists.filter((list) => list.length > 0)
  while (left.length > 0) {
    const first = left.map(([id]) => id).find((id) => left.every((list) => list.indexOf(id) <= 0))
    if (first === undefined) return undefined
    order.push(first)
    left = left.map((list) => (list[0] === first ? list.slice(1) : list)).filter((list) => list.length > 0)
  }
  return order
}
