// Reads a file that must hold one JSON object. A size cap keeps a mislabelled model file from being parsed as text.
import { fromUtf8 } from '../lib/bytes.ts'
import { nestsDeeper } from '../protocol/nesting.ts'
import { notJson } from '../protocol/notJson.ts'
import { isRecord, type JsonObject } from '../protocol/record.ts'
import type { ByteSource } from './byteSource.ts'

const MAX_BYTES = 256 * 1024 * 1024

/** The object, or one sentence about why there is none. */
export async function readJsonFile(source: ByteSource): Promise<{ value: JsonObject } | { problem: string }> {
  if (source.size > MAX_BYTES) return { problem: `${source.name} has ${source.size} bytes, too many for a JSON file.` }
  const bytes = await source.read(0, source.size)
  let text = ''
  try {
    text = fromUtf8(bytes).replace(/^\ufeff/, '')
    const value: unknown = JSON.parse(text)
    if (nestsDeeper(value)) return { problem: `${source.name} nests too deeply.` }
    return isRecord(value) ? { value } : { problem: `${source.name} must hold a JSON object.` }
  } catch (error) {
    return { problem: text === '' && bytes.length > 3 ? `${source.name} is not UTF-8 text.` : notJson(source.name, text, error) }
  }
}
