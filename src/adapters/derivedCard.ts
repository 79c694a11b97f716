// README.md of an adapter that was computed from others: the Hub's front matter, and how it was made.

/** @param settings printed as JSON */
export function derivedCard(baseModel: unknown, sentence: string, settings: Readonly<Record<string, unknown>>): string {
  const front = ['---', `base_model: ${JSON.stringify(typeof baseModel === 'string' ? baseModel : '')}`, 'library_name: peft', 'pipeline_tag: text-generation', 'tags:', '- "tunesmith"', '---']
  return [...front, '', sentence, '', '```json', JSON.stringify(settings, null, 2), '```', ''].join('\n')
}
