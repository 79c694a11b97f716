// What a model that predicts classes answers to a text: its likeliest classes with their probabilities, or the text with its
// words labelled.
import { classInput } from '../data/classInput.ts'
import { typedWords } from '../data/typedWords.ts'
import { wordInput } from '../data/wordExamples.ts'
import { readClasses } from '../families/classes.ts'
import { argmax } from '../lib/argmax.ts'
import { taggedText } from '../protocol/taggedText.ts'
import { subjectOf, type Base } from './base.ts'
import { ClassScores } from './classScores.ts'
import type { OpenAdapter } from './openAdapter.ts'
import { Params } from './params.ts'
import { typedTexts } from './scoreClasses.ts'

const SHOWN = 5

/**
 * @param base as the adapter's recipe has it; absent adapter: the base's own head
 * @param pairs the model compares two texts
 */
export async function classReply(base: Base, adapter: OpenAdapter | undefined, prompt: string, pairs = false): Promise<string> {
  const subject = subjectOf(base, adapter?.attachments ?? [])
  const { labels, taskType } = readClasses(base.folder.config)!
  const maxLength = base.family.dimensions(base.config).contextLength
  await base.weights.load(subject.census.weights)
  const params = adapter && (await Params.make(base.memory, subject.layout))
  const scores = new ClassScores(base, subject, params, 1)
  try {
    if (params) params.write('values', adapter.values)
    if (taskType === 'SEQ_CLS') {
      const [[found]] = await scores.of([classInput(typedTexts(prompt, pairs), base.tokenizer(), { maxLength })])
      const order = [...labels.keys()].toSorted((a, b) => found[b] - found[a])
      return order.slice(0, SHOWN).map((i) => `${labels[i]} ${(100 * found[i]).toFixed(1)} %`).join('\n')
    }
    const { words, gaps } = typedWords(prompt.trim())
    const { ids, places } = wordInput(words, base.tokenizer(), { maxLength })
    const seen = [...places.keys()].filter((i) => places[i] >= 0)
    if (seen.length === 0) return prompt.trim()
    const [found] = await scores.of([{ ids, places: seen.map((i) => places[i]) }])
    const given = words.map(() => 'O')
    for (const [n, i] of seen.entries()) given[i] = labels[argmax(found[n])]
    return taggedText(words, given, gaps)
  } finally {
    scores.dispose()
    params?.dispose()
  }
}
