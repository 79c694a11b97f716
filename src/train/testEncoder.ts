// For tests: a tiny encoder as a Hugging Face folder on disk, with weights drawn from a seed and a golden tokenizer.
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import { packValues } from '../engine/pack.ts'
import { families } from '../families/registry.ts'
import type { ModelFolder } from '../files/modelFolder.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { readFolder } from '../files/nodeSource.ts'
import { writeSafetensors } from '../files/writeSafetensors.ts'
import { sizeOf } from '../graph/shape.ts'
import { normal } from '../lib/rng.ts'
import { outline } from './census.ts'

const BERT = { hidden_size: 24, intermediate_size: 40, num_hidden_layers: 2, num_attention_heads: 3, vocab_size: 384, max_position_embeddings: 66, type_vocab_size: 2, pad_token_id: 0, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 }
const CONFIGS = {
  bert: BERT,
  roberta: { ...BERT, type_vocab_size: 1, pad_token_id: 1 },
  distilbert: { dim: 24, hidden_dim: 40, n_layers: 2, n_heads: 3, vocab_size: 384, max_position_embeddings: 66, pad_token_id: 0, dropout: 0, attention_dropout: 0, seq_classif_dropout: 0 },
} as const

/** @param architecture what config.json names; the weights are those of that class */
export async function testEncoder(modelType: keyof typeof CONFIGS, architecture: string, folder: string): Promise<ModelFolder> {
  const family = families.get(modelType)!
  const json = { model_type: modelType, architectures: [architecture], ...CONFIGS[modelType] }
  const { manifest } = outline(family, family.config(json))
  const tensors = manifest.map(({ name, shape }, i) => {
    const lift = shape.length === 1 && name.endsWith('weight') ? 1 : 0
    const values = Float32Array.from({ length: sizeOf(shape) }, (_, n) => lift + 0.2 * normal(7, i, n))
    return [name, { dtype: 'F32', shape, data: packValues(values, 'f32') }] as const
  })
  await mkdir(folder, { recursive: true })
  await cp(join(goldenRoot, 'tokenizers', modelType === 'roberta' ? 'roberta' : 'bert'), folder, { recursive: true })
  await writeFile(join(folder, 'config.json'), JSON.stringify(json))
  await writeFile(join(folder, 'model.safetensors'), writeSafetensors(new Map(tensors), { format: 'pt' }))
  return openModelFolder(await readFolder(folder))
}
