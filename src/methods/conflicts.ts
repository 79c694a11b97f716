// Which methods cannot stand in one list, and why: they would train the same tensor, or both stand before the text.
import { Fault, type Remedy } from '../protocol/failure.ts'
import type { Attachment, ModelOutline } from './method.ts'

/** @param labels names of the attachments for people, in their order */
export function checkConflicts(attachments: readonly Attachment[], labels: readonly string[], model: ModelOutline): void {
  const stop = (owners: readonly Attachment[], why: string): never => {
    const [first, second] = owners.map((a) => labels[attachments.indexOf(a)])
    const remedies = owners.flatMap(({ name }): Remedy[] => (name === undefined ? [] : [{ kind: 'without', method: name }]))
    throw new Fault('bad-recipe', `${first} and ${second} cannot be joined: both ${why}.`, 'Keep one of them.', undefined, remedies)
  }
  const leading = attachments.filter((a) => a.prompt ?? a.prefix)
  if (leading.length > 1) stop(leading, 'bring virtual tokens that stand before the text')
  for (const name of model.tensors) {
    const owners = attachments.filter((a) => a.trains?.(name) !== undefined)
    if (owners.length > 1) stop(owners, `train ${name}`)
  }
}
