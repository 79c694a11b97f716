// Tokens that end an answer: every end-of-sequence id the checkpoint names, and the tokenizer's own.
import type { OpenModel } from './base.ts'

export function stopTokens(base: Pick<OpenModel, 'folder' | 'tokenizer'>): ReadonlySet<number> {
  const stop = new Set<number>()
  const add = (value: unknown): void => {
    if (typeof value === 'number') stop.add(value)
    else if (Array.isArray(value)) value.forEach(add)
  }
  add(base.folder.config['eos_token_id'])
  add(base.folder.generationConfig?.['eos_token_id'])
  add(base.tokenizer().eosId)
  return stop
}
