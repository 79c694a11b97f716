// config.json and the other settings of a model folder: huge sizes, wrong types, what is missing.
import fc from 'fast-check'
import { utf8 } from '../../../lib/bytes.ts'
import { changedJson } from '../changedJson.ts'
import { goldenFiles, jsonOf, readModel, withFile } from '../readModel.ts'
import type { FuzzTarget } from '../target.ts'

const folders = await Promise.all(['llama', 'gpt2', 'qwen2'].map(goldenFiles))
const configs = await Promise.all(folders.map((f) => jsonOf(f, 'config.json')))
const words = ['llama', 'gpt2', 'qwen2', 'mistral', 'gemma2', 'gemma3_text', 'phi3', 'smollm3', 'opt', 'bert', 'gpt_neox', 'linear', 'yarn', 'llama3', 'default', 'silu', { rope_type: 'yarn', factor: 4 }, { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 64 }, 1e9, 0, -1]

const target: FuzzTarget<{ readonly which: number; readonly config: string }> = {
  inputs: fc.nat(folders.length - 1).chain((which) => fc.record({ which: fc.constant(which), config: changedJson([configs[which]], words) })),
  run: ({ which, config }) => readModel(withFile(folders[which], 'config.json', utf8(config))),
  gateRuns: 100,
}
export default target
