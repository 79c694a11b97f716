// The chat template of a model folder, in either of the two places where it may lie.
import { fromUtf8 } from '../lib/bytes.ts'
import { isRecord, type JsonObject } from '../protocol/record.ts'
import { Fault } from '../protocol/failure.ts'
import type { ByteSource } from './byteSource.ts'

/** chat_template.jinja, or the older entry of tokenizer_config.json: a text, or a list of named ones. */
export async function readChatTemplate(
  files: ReadonlyMap<string, ByteSource>,
  tokenizerConfig: JsonObject,
  problems: string[],
): Promise<string | undefined> {
  const source = files.get('chat_template.jinja')
  if (source) {
    try {
      return fromUtf8(await source.read(0, source.size))
    } catch (error) {
      if (error instanceof Fault) throw error
      problems.push('chat_template.jinja is not valid UTF-8 text.')
      return undefined
    }
  }
  const entry = tokenizerConfig['chat_template']
  if (typeof entry === 'string') return entry
  if (!Array.isArray(entry)) return undefined
  const named = entry.filter(isRecord)
  const chosen = (named.find((t) => t['name'] === 'default') ?? (named.length === 1 ? named[0] : undefined))?.['template']
  return typeof chosen === 'string' ? chosen : undefined
}
