// What a card tells of each task of a run, from what the run said.
import type { TaskCard } from '../files/modelCard.ts'
import type { RunEvent } from '../protocol/event.ts'
import type { TaskData } from './runData.ts'

/** @param texts the recipe's tasks, whose order `data` has too */
export function taskFacts(texts: readonly { readonly name: string; readonly description: string }[], data: readonly TaskData[], events: readonly RunEvent[]): TaskCard[] {
  const validation = events.findLast((e) => e.type === 'validation')
  const score = (when: 'before' | 'after') => events.findLast((e) => e.type === 'score' && e.when === when)
  const [before, after] = [score('before'), score('after')]
  const share = (event: RunEvent | undefined, name: string): number | undefined => {
    const found = event?.type === 'score' ? event.tasks?.find((t) => t.name === name) : undefined
    return found && found.total > 0 ? found.correct / found.total : undefined
  }
  return texts.map(({ name, description }, i) => {
    const loss = validation?.tasks?.find((t) => t.name === name)?.loss
    const scores = { before: share(before, name), after: share(after, name) }
    return {
      name,
      description,
      rows: data[i].dataset.rows.length,
      ...(loss !== undefined && { validationLoss: loss }),
      scores: { ...(scores.before !== undefined && { before: scores.before }), ...(scores.after !== undefined && { after: scores.after }) },
    }
  })
}
