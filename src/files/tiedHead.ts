// Whether a checkpoint's head really is its embedding. transformers 5 unties a model whose config says tied when the file
// holds another head, so the config is corrected here, once. Streams both; holds neither.
import type { TensorEntry } from './readTensors.ts'

const EMBEDDINGS = ['model.embed_tokens.weight', 'transformer.wte.weight', 'wte.weight', 'gpt_neox.embed_in.weight', 'embed_in.weight', 'model.decoder.embed_tokens.weight', 'decoder.embed_tokens.weight']
const HEADS = ['lm_head.weight', 'embed_out.weight']

export async function withTrueTying(
  config: Readonly<Record<string, unknown>>,
  tensors: ReadonlyMap<string, TensorEntry>,
): Promise<Readonly<Record<string, unknown>>> {
  const first = (names: readonly string[]): TensorEntry | undefined => names.map((name) => tensors.get(name)).find((t) => t !== undefined)
  const [head, embedding] = [first(HEADS), first(EMBEDDINGS)]
  if (config['tie_word_embeddings'] === false || !head || !embedding || (await sameBytes(head, embedding))) return config
  return { ...config, tie_word_embeddings: false }
}

async function sameBytes(a: TensorEntry, b: TensorEntry): Promise<boolean> {
  if (a.dtype !== b.dtype || a.bytes !== b.bytes) return false
  // Both stream in chunks of the same size from their own start.
  const others = b.stream()[Symbol.asyncIterator]()
  for await (const chunk of a.stream()) {
    const { value } = await others.next()
    if (!value || chunk.length !== value.length || chunk.some((byte, i) => byte !== value[i])) return false
  }
  return true
}
