// For tests: a model folder of random weights in memory, of any family that has a config here.
import { families } from '../families/registry.ts'
import type { ModelFolder, TensorEntry } from '../files/modelFolder.ts'
import { sizeOf } from '../graph/shape.ts'
import { normal, streamOf } from '../lib/rng.ts'
import { outline } from './census.ts'

const llama = { hidden_size: 24, intermediate_size: 36, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, vocab_size: 61, max_position_embeddings: 64, head_dim: 6 }
const sliding = { ...llama, sliding_window: 5, layer_types: ['sliding_attention', 'full_attention'] }
const bert = { hidden_size: 24, intermediate_size: 36, num_hidden_layers: 2, num_attention_heads: 4, vocab_size: 61, max_position_embeddings: 64, type_vocab_size: 2 }
const three = { id2label: { 0: 'A', 1: 'B', 2: 'C' } }

/** config.json by a name; unsaid, its model_type is the name. */
export const testConfigs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  llama,
  'llama for sequences': { ...llama, model_type: 'llama', architectures: ['LlamaForSequenceClassification'], ...three },
  mistral: { ...llama, sliding_window: 5 },
  qwen2: { ...llama, tie_word_embeddings: true },
  qwen3: llama,
  gemma2: { ...sliding, query_pre_attn_scalar: 6, attn_logit_softcapping: 5, final_logit_softcapping: 4 },
  gemma3_text: { ...sliding, query_pre_attn_scalar: 6, rope_local_base_freq: 1000 },
  phi3: { ...llama, head_dim: undefined, sliding_window: 5 },
  smollm3: { ...llama, num_hidden_layers: 4, tie_word_embeddings: false },
  gpt2: { n_embd: 24, n_inner: 36, n_layer: 2, n_head: 4, vocab_size: 61, n_positions: 64 },
  gpt_neox: { hidden_size: 32, intermediate_size: 36, num_hidden_layers: 2, num_attention_heads: 4, vocab_size: 61, max_position_embeddings: 64, rotary_pct: 0.25, partial_rotary_factor: 0.25 },
  opt: { hidden_size: 24, ffn_dim: 36, num_hidden_layers: 2, num_attention_heads: 4, vocab_size: 61, max_position_embeddings: 64, word_embed_proj_dim: 24 },
  bert: { ...bert, architectures: ['BertForSequenceClassification'], ...three },
  roberta: { ...bert, architectures: ['RobertaForTokenClassification'], pad_token_id: 1, ...three },
  distilbert: { dim: 24, hidden_dim: 36, n_layers: 2, n_heads: 4, vocab_size: 61, max_position_embeddings: 64, architectures: ['DistilBertForSequenceClassification'], ...three },
}

export function testFolder(name: string, changes: Readonly<Record<string, unknown>> = {}): ModelFolder {
  const config = { model_type: name, ...testConfigs[name], ...changes }
  const modelType = config.model_type
  const family = families.get(modelType)!
  const tensors = new Map<string, TensorEntry>()
  for (const { name: path, shape } of outline(family, family.config(config)).manifest) {
    // Norms near 1, matrices small enough that a deep sum keeps its size.
    const [middle, spread] = /norm|ln_/i.test(path) && path.endsWith('weight') ? [1, 0.1] : [0, shape.length > 1 ? 1.5 / Math.sqrt(shape.at(-1)!) : 0.1]
    const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => middle + spread * normal(1, streamOf(path), i))
    const bytes = new Uint8Array(values.buffer)
    tensors.set(path, {
      name: path,
      dtype: 'F32',
      shape,
      bytes: bytes.length,
      read: () => Promise.resolve(bytes.slice()),
      readF32: () => Promise.resolve(values.slice()),
      async *stream() {
        yield bytes.slice()
      },
    })
  }
  const count = [...tensors.values()].reduce((n, t) => n + t.bytes, 0)
  return { config, modelType, tensors, bytes: count, parameters: count / 4, tokenizerJson: {}, tokenizerConfig: {}, files: new Map(), hash: () => Promise.resolve('') }
}
