import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPython, runPython, withoutPython } from '../../e2e/golden/findPython.ts'
import { goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import { attachAll } from '../methods/registry.ts'
import { defaultRecipe, type MethodChoice } from '../protocol/recipe.ts'
import { computeLogits } from './computeLogits.ts'
import { exportRun, recipeFacts } from './exportRun.ts'
import { testBase, testBatch, testTrain } from './testRun.ts'

let python: string | undefined
let folder = ''
beforeAll(async () => {
  python = await findPython()
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-interop-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const lora = (options: MethodChoice['options'] = {}): MethodChoice => ({ id: 'lora', options })

// What a run exports is loaded by the real libraries: no key missing or too many, and the same logits.
describe('an export loads unchanged', () => {
  it.for([
    { model: 'llama', method: lora(), check: 'check_adapter.py' },
    {
      model: 'gpt2',
      method: lora({ r: 4, use_rslora: true, bias: 'lora_only', target_modules: ['c_attn', 'mlp.c_proj'] }),
      check: 'check_adapter.py',
    },
    { model: 'llama_tied', method: lora({ target_modules: ['q_proj', 'embed_tokens'] }), check: 'check_adapter.py' },
    { model: 'qwen2', method: { id: 'adalora', options: { init_r: 3, target_r: 1, tinit: 0, tfinal: 1, deltaT: 1 } }, check: 'check_adapter.py' },
    { model: 'llama', method: lora({ init_lora_weights: 'pissa', use_rslora: true }), check: 'check_adapter.py' },
    { model: 'gpt2', method: lora({ init_lora_weights: 'olora', r: 4, bias: 'lora_only' }), check: 'check_adapter.py' },
    {
      model: 'llama',
      method: lora({
        target_modules: ['all-linear', 'embed_tokens', 'lm_head'],
        exclude_modules: ['up_proj'],
        layers_to_transform: [1],
        rank_pattern: { 'v_proj': 3, '.*_proj': 5 },
        alpha_pattern: { 'layers.1.*k_proj': 7 },
        modules_to_save: ['model.norm'],
      }),
      check: 'check_adapter.py',
    },
    { model: 'llama', method: { id: 'loha', options: { r: 3 } }, check: 'check_adapter.py' },
    { model: 'gpt2', method: { id: 'loha', options: { r: 2, target_modules: ['c_attn', 'mlp.c_proj'] } }, check: 'check_adapter.py' },
    { model: 'llama', method: { id: 'lokr', options: { r: 3, decompose_factor: 8, decompose_both: true } }, check: 'check_adapter.py' },
    { model: 'gpt2', method: { id: 'lokr', options: { r: 2 } }, check: 'check_adapter.py' },
    { model: 'llama', method: { id: 'p_tuning', options: { encoder_reparameterization_type: 'LSTM', encoder_hidden_size: 7, num_virtual_tokens: 5 } }, check: 'check_adapter.py' },
    { model: 'gpt2', method: { id: 'p_tuning_v2', options: { num_virtual_tokens: 6 } }, check: 'check_adapter.py' },
    { model: 'qwen2', method: { id: 'prefix_tuning', options: { prefix_projection: true, dropout: 0.1 } }, check: 'check_adapter.py' },
    { model: 'qwen2', method: { id: 'prompt_tuning', options: { prompt_tuning_init: 'TEXT', prompt_tuning_init_text: 'Answer in one word.' } }, check: 'check_adapter.py' },
    { model: 'qwen2', method: { id: 'full', options: {} }, check: 'check_merged.py' },
    { model: 'llama_bf16_sharded', method: lora(), check: 'check_adapter.py' },
  ])('$method.id of $model in $check', async ({ model, method, check }, context) => {
    if (!python) {
      console.log(withoutPython)
      return context.skip(withoutPython)
    }
    const base = await testBase(model)
    const [T, batch] = [9, testBatch(base, 5)]
    const { learner, subject } = await testTrain(base, attachAll([method], base.outline), batch, 5, 5e-3)
    const recipe = { ...defaultRecipe(), methods: [method], training: { ...defaultRecipe().training, steps: 5 } }
    const { attachments, layout } = subject
    const facts = { ...recipeFacts(recipe, 'test'), dataName: 'test', rows: 2, steps: 5 }
    const files = await exportRun(base, { facts, values: await learner.params.read('values'), layout, attachments })
    const out = join(folder, `${method.id} of ${model}`)
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(out, path)), { recursive: true })
      await writeFile(join(out, path), bytes)
    }
    const prompt = {
      B: 1,
      T,
      tokens: batch.tokens.slice(0, T),
      positions: batch.positions.slice(0, T),
      segments: new Int32Array(T),
    }
    const ours = await computeLogits(
      base,
      subject,
      learner.params,
      prompt,
      Int32Array.from({ length: T }, (_, i) => i),
    )
    await learner.dispose()
    base.weights.dispose()

    const folders = check === 'check_adapter.py' ? [join(goldenRoot, 'models', model), out] : [out]
    const report = join(folder, `${model}.json`)
    const options = ['--prompt-ids', prompt.tokens.join(), '--new-tokens', '1', '--out', report]
    await runPython(python, check, [...folders, ...options])
    // Prompt tokens of an adapter have logits there; they stand first.
    const theirs = (JSON.parse(await readFile(report, 'utf8')) as { logits: number[][] }).logits.slice(-T).flat()
    expect(ours.length).toBe(theirs.length)
    const worst = Math.max(...theirs.map((x, i) => Math.abs(x - ours[i])))
    console.log(`${check} on ${model}: largest logit difference ${worst.toExponential(1)}`)
    expect(worst).toBeLessThan(1e-4)
  })
})
