// README.md of an adapter, or a model, that was computed from others: the Hub's front matter, and how it was made.
import { frontMatter } from '../files/cardText.ts'

/** @param settings printed as JSON */
export function derivedCard(baseModel: unknown, sentence: string, settings: Readonly<Record<string, unknown>>, library: 'peft' | 'transformers' = 'peft'): string {
  const front = frontMatter({ baseModel: typeof baseModel === 'string' ? baseModel : '', relation: library === 'peft' ? 'adapter' : 'finetune', library, tags: [] })
  return [...front, '', sentence, '', '```json', JSON.stringify(settings, null, 2), '```', ''].join('\n')
}
