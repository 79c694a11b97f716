// load_adapter.py, as every export of our own layout carries it: in Python the adapters answer as they do here.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { readFolder } from '../files/nodeSource.ts'
import { presets } from '../methods/presets.ts'
import { attachAll } from '../methods/registry.ts'
import type { OptionValue } from '../protocol/options.ts'
import { defaultRecipe, type MethodChoice } from '../protocol/recipe.ts'
import { computeLogits } from './computeLogits.ts'
import { Decoder } from './decoder.ts'
import { exportRun, recipeFacts } from './exportRun.ts'
import { generate } from './generate.ts'
import { GREEDY } from './sampleToken.ts'
import { testBase, testBatch, testTrain } from './testRun.ts'

const run = promisify(execFile)
const PROGRAM = `
import importlib.util, json, sys, torch
jobs = json.load(open(sys.argv[1]))
for job in jobs:
    spec = importlib.util.spec_from_file_location("load_adapter", job["folder"] + "/load_adapter.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.load_adapter(job["base"])
    ids = torch.tensor([job["ids"]])
    with torch.no_grad():
        job["logits"] = model(input_ids=ids).logits[0].tolist()
        job["next"] = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=3, do_sample=False, eos_token_id=None, pad_token_id=0)[0, -3:].tolist()
        job["again"] = [int(model(input_ids=torch.cat([ids, torch.tensor([job["next"][:i]], dtype=torch.long)], 1)).logits[0, -1].argmax()) for i in range(3)]
    # A model that is given keeps the type it has.
    half = module.load_adapter(type(model).from_pretrained(job["base"], attn_implementation="eager").to(torch.bfloat16))
    with torch.no_grad():
        job["half"] = half(input_ids=ids).logits[0].float().tolist()
json.dump(jobs, open(sys.argv[1], "w"))
`

async function findPython(): Promise<string | undefined> {
  for (const python of [process.env['TUNESMITH_PYTHON'], 'python3']) {
    if (!python) continue
    const works = await run(python, ['-c', 'import peft, safetensors, torch, transformers'], { timeout: 120_000 }).then(
      () => true,
      () => false,
    )
    if (works) return python
  }
  return undefined
}

let python: string | undefined
let folder = ''
beforeAll(async () => {
  python = await findPython()
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-loader-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const choice = (id: string, options: Readonly<Record<string, OptionValue>> = {}): MethodChoice => ({ id, options })
const preset = (id: string): readonly MethodChoice[] => presets.find((p) => p.id === id)!.methods
const kit = process.env['TUNESMITH_REFERENCE']
/** In the models of a reference kit, where one is named: layers that are put together in other ways. */
const others = ['mistral', 'gemma2', 'qwen3', 'phi3', 'opt', 'llama_bias'].flatMap((model) => [
  { model, methods: preset('unipelt') },
  { model, methods: [choice('bottleneck', { architecture: 'double_seq_bn' }), choice('p_tuning'), choice('lora')] },
])
const cases: readonly { readonly model: string; readonly methods: readonly MethodChoice[] }[] = [
  { model: 'gpt2', methods: [choice('bitfit')] },
  { model: 'llama', methods: [choice('gated_lora', { r: 3 })] },
  { model: 'gpt2', methods: [choice('gated_lora')] },
  { model: 'llama', methods: [choice('prefix_tuning', { use_gating: true, prefix_projection: true, encoder_hidden_size: 9 })] },
  { model: 'qwen2', methods: [choice('prefix_tuning', { use_gating: true })] },
  { model: 'llama', methods: [choice('bottleneck')] },
  { model: 'gpt2', methods: [choice('bottleneck', { architecture: 'par_bn', learned_scaling: 'learned', ln_after: true, non_linearity: 'gelu' })] },
  { model: 'llama', methods: [choice('bottleneck', { architecture: 'double_seq_bn', use_gating: true, ln_before: true, ln_after: true, adapter_residual_before_ln: true, learned_scaling: 'channel', leave_out: ['0'] })] },
  { model: 'qwen2', methods: [choice('bottleneck', { residual_before_ln: false, scaling: 0.5, non_linearity: 'tanh' })] },
  { model: 'llama', methods: [choice('compacter')] },
  { model: 'gpt2', methods: [choice('compacter', { architecture: 'seq_bn', phm_dim: 2, phm_rank: 3, reduction_factor: 5 })] },
  { model: 'llama', methods: preset('mam') },
  { model: 'gpt2', methods: preset('mam') },
  { model: 'llama', methods: preset('unipelt') },
  { model: 'gpt2', methods: preset('unipelt') },
  { model: 'qwen2_f16', methods: preset('unipelt') },
  { model: 'qwen2_f16', methods: [choice('compacter')] },
  { model: 'gpt2', methods: [choice('bitfit'), choice('lora'), choice('prompt_tuning')] },
  { model: 'llama', methods: [choice('lora', { use_dora: true }), choice('p_tuning', { encoder_reparameterization_type: 'LSTM', encoder_hidden_size: 7 }), choice('ln_tuning')] },
  { model: 'llama', methods: [choice('lora', { target_modules: ['q_proj', 'down_proj'] }), choice('ia3'), choice('compacter')] },
  { model: 'qwen2', methods: [choice('vera', { r: 8 }), choice('p_tuning_v2', { num_virtual_tokens: 5 })] },
  ...(kit === undefined ? [] : others),
]

it('load_adapter.py loads every export of our own, and answers as we do', async (context) => {
  if (!python) {
    const why = 'left out: the check of exports with transformers (name a Python that has it, and PEFT, in TUNESMITH_PYTHON)'
    console.log(why)
    return context.skip(why)
  }
  const T = 9
  const jobs: { readonly name: string; readonly folder: string; readonly base: string; readonly ids: readonly number[] }[] = []
  const ours: Float32Array[] = []
  const written: number[][] = []
  for (const [i, { model, methods }] of cases.entries()) {
    const home = existsSync(join(goldenRoot, 'models', model)) ? join(goldenRoot, 'models', model) : join(kit!, 'models', model)
    const base = await testBase(await openModelFolder(await readFolder(home)))
    const batch = testBatch(base, 5)
    const { learner, subject } = await testTrain(base, attachAll(methods, base.outline), batch, 6, 1e-2)
    const facts = { ...recipeFacts({ ...defaultRecipe(), methods }, 'test'), dataName: 'test', rows: 2, steps: 6 }
    const { attachments, layout } = subject
    const files = await exportRun(base, { facts, values: await learner.params.read('values'), layout, attachments })
    const out = join(folder, String(i))
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(out, path)), { recursive: true })
      await writeFile(join(out, path), bytes)
    }
    const ids = Array.from(batch.tokens.subarray(0, T))
    const prompt = { B: 1, T, tokens: Int32Array.from(ids), positions: batch.positions.slice(0, T), segments: new Int32Array(T) }
    ours.push(await computeLogits(base, subject, learner.params, prompt, Int32Array.from({ length: T }, (_, t) => t)))
    jobs.push({ name: `${methods.map((m) => m.id).join(' + ')} on ${model}`, folder: out, base: home, ids })
    const decoder = await Decoder.make(base, subject, learner.params, 1, T + 3)
    const words: number[] = []
    for await (const { token } of generate(decoder, [prompt.tokens], { maxNewTokens: 3, sampling: GREEDY, stop: new Set() })) words.push(token)
    written.push(words)
    decoder.dispose()
    await learner.dispose()
    base.weights.dispose()
  }
  const file = join(folder, 'jobs.json')
  await writeFile(file, JSON.stringify(jobs))
  await run(python, ['-c', PROGRAM, file], { env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }, timeout: 300_000 })
  const done = JSON.parse(await readFile(file, 'utf8')) as { name: string; logits: number[][]; half: number[][]; next: number[]; again: number[] }[]
  const worst = done.map(({ name, logits, half, next, again }, i) => {
    const theirs = logits.flat()
    expect(theirs.length, name).toBe(ours[i].length)
    // Word by word here, through the cache of keys and values; each from the whole text there.
    expect(next, name).toEqual(written[i])
    expect(again, name).toEqual(next)
    const scale = Math.max(...theirs.map(Math.abs))
    // Of bfloat16's eight bits, what two layers leave.
    expect(Math.max(...half.flat().map((x, k) => Math.abs(x - theirs[k]))), name).toBeLessThan(0.1 * scale)
    return { name, error: Math.max(...theirs.map((x, k) => Math.abs(x - ours[i][k]))) / scale }
  })
  for (const { name, error } of worst) console.log(`load_adapter.py, ${name}: largest difference of logits ${error.toExponential(1)} of the largest`)
  expect(worst.filter((w) => !(w.error < 1e-5))).toEqual([])
}, 600_000)
