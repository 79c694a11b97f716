// README.md of an adapter, or a model, that was computed from others: the Hub's front matter, and how it was made.

/** @param settings printed as JSON */
export function derivedCard(baseModel: unknown, sentence: string, settings: Readonly<Record<string, unknown>>, library: 'peft' | 'transformers' = 'peft'): string {
  const front = ['---', `base_model: ${JSON.stringify(typeof baseModel === 'string' ? baseModel : '')}`, `library_name: ${library}`, 'pipeline_tag: text-generation', 'tags:', '- "tunesmith"', '---']
  return [...front, '', sentence, '', '```json', JSON.stringify(settings, null, 2), '```', ''].join('\n')
}
