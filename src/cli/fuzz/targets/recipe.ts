// Recipes: what a file or a link brings, read, attached to a small model, and measured.
import { goldenModel } from '../../../../e2e/golden/goldenFiles.ts'
import { methods } from '../../../methods/registry.ts'
import { Fault } from '../../../protocol/failure.ts'
import { readRecipe } from '../../../protocol/recipe.ts'
import { openModel } from '../../../train/base.ts'
import { methodSize } from '../../../train/methodSize.ts'
import { changedJson } from '../changedJson.ts'
import type { FuzzTarget } from '../target.ts'

const model = openModel(await goldenModel('llama'))
const optionNames = [...new Set([...methods.values()].flatMap((m) => Object.keys(m.options)))]
const recipes = [...methods.values()].map(({ id, options }) => ({
  version: 1,
  name: 'x',
  base: { source: 'builtin', id: 'starter' },
  data: { source: 'file', id: 'rows.jsonl', trainOn: 'completions', validation: 0.1, mapping: { columns: { a: 'prompt', b: 'completion' } }, drop: ['too-long'], tasks: undefined },
  methods: [{ id, options: Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default])) }],
  training: { steps: 10, batch_size: 2, learning_rate: 0.001, max_length: 64 },
  evaluation: { rows: 5, maxNewTokens: 8 },
  seed: 1,
}))
const words = [...methods.keys(), ...optionNames, 'all-linear', ['q_proj'], ['.*'], '^(a+)+$', 1e9, -1, 0, 0.5, { q_proj: 2 }, { id: 'lora', options: { r: 8 } }, { name: 'a', source: 'file', id: 'b' }, 'CAUSAL_LM', 'SEQ_CLS', ['a', 'b'], 'prompt', 'ignore']

const target: FuzzTarget<string> = {
  inputs: changedJson(recipes, words),
  run(text) {
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      throw new Fault('bad-recipe', 'This file is not valid JSON.', 'Open another.')
    }
    const recipe = readRecipe(json)
    return [recipe.seed, methodSize(model, recipe)]
  },
  gateRuns: 150,
}
export default target
