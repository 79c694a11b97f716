// A Hugging Face model folder or a GGUF file as everything reads it: its configuration, tokenizer files and a table of tensors that
// stream themselves. Refuses to know what the tensors are for: families read the table by name.
import type { JsonObject } from '../protocol/record.ts'
import type { ByteSource } from './byteSource.ts'
import type { Licence } from './cardText.ts'
import type { TensorEntry } from './readTensors.ts'

export type { TensorEntry }

export interface ModelFolder {
  readonly config: JsonObject
  readonly modelType: string
  readonly tensors: ReadonlyMap<string, TensorEntry>
  readonly bytes: number
  readonly parameters: number
  readonly tokenizerJson: JsonObject
  readonly tokenizerConfig: JsonObject
  readonly chatTemplate?: string
  readonly generationConfig?: JsonObject
  /** As its own card says it. */
  readonly licence?: Licence
  /** All that it is read from, by path in the folder. */
  readonly files: ReadonlyMap<string, ByteSource>
  /**
   * Hash of the configuration and every weight file, the same for the same model wherever it lies.
   * @param hashOf the SHA-256 of a file; unsaid: it is read
   */
  hash(hashOf?: (source: ByteSource) => Promise<string>): Promise<string>
}
