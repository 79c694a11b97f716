// The tokens of what a person typed, as the model is used to being asked.
import { promptIds } from '../data/prompt.ts'
import type { OpenModel } from './base.ts'

/** @param promptEnd what a typed prompt must end with where the model has no chat template */
export function askedIds({ folder: { chatTemplate }, tokenizer }: Pick<OpenModel, 'folder' | 'tokenizer'>, prompt: string, promptEnd: string, system?: string): Int32Array<ArrayBuffer> {
  const text = chatTemplate === undefined && !prompt.endsWith(promptEnd) ? prompt + promptEnd : prompt
  return promptIds(text, tokenizer(), { ...(chatTemplate !== undefined && { chatTemplate }), ...(system !== undefined && { system }) })
}
