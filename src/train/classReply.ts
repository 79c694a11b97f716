// What a model that predicts classes answers to a text: its likeliest classes with their probabilities.
import { classIds } from '../data/classExamples.ts'
import { readClasses } from '../families/classes.ts'
import { subjectOf, type Base } from './base.ts'
import { ClassScores } from './classScores.ts'
import type { OpenAdapter } from './openAdapter.ts'
import { Params } from './params.ts'

const SHOWN = 5

/** @param base as the adapter's recipe has it; absent adapter: the base's own head */
export async function classReply(base: Base, adapter: OpenAdapter | undefined, prompt: string): Promise<string> {
  const subject = subjectOf(base, adapter?.attachments ?? [])
  const { labels } = readClasses(base.folder.config)!
  await base.weights.load(subject.census.weights)
  const params = adapter && (await Params.make(base.memory, subject.layout))
  const scores = new ClassScores(base, subject, params, 1)
  try {
    if (params) params.write('values', adapter.values)
    const { ids } = classIds(prompt.trim(), base.tokenizer(), base.family.dimensions(base.config).contextLength)
    const [found] = await scores.of([ids])
    const order = [...labels.keys()].toSorted((a, b) => found[b] - found[a])
    return order.slice(0, SHOWN).map((i) => `${labels[i]} ${(100 * found[i]).toFixed(1)} %`).join('\n')
  } finally {
    scores.dispose()
    params?.dispose()
  }
}
