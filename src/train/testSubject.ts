// For tests: a model small enough to read its printed graph and to run through the oracle, with any methods, without a file.
import { families } from '../families/registry.ts'
import { attachAll } from '../methods/registry.ts'
import type { MethodChoice } from '../protocol/recipe.ts'
import { census, outline, type Census } from './census.ts'
import { layOut } from './layout.ts'
import type { Subject } from './step.ts'

const llama = {
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  vocab_size: 11,
  max_position_embeddings: 16,
}

/** config.json by model_type. */
const CONFIGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  llama,
  qwen2: llama,
  gpt2: { n_embd: 8, n_inner: 12, n_layer: 1, n_head: 2, vocab_size: 11, n_positions: 16 },
}

export function testSubject(
  modelType: string,
  methods: readonly MethodChoice[] = [],
  changes: Readonly<Record<string, unknown>> = {},
): Subject & { readonly census: Census } {
  const family = families.get(modelType)!
  const config = family.config({ model_type: modelType, ...CONFIGS[modelType], ...changes })
  const attachments = attachAll(methods, outline(family, config))
  const found = census(family, config, attachments)
  return { family, config, attachments, census: found, layout: layOut(found.trainables), dtypeOf: () => 'f32' }
}
