// The folder for larger machines, run by the real libraries: the first ten losses are ours on one process, and on two that share the
// same batches; for classes and for layers kept in few bits too.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPython, withoutPython } from '../../../e2e/golden/findPython.ts'
import { goldenRoot } from '../../../e2e/golden/goldenFiles.ts'
import { readRecipe, type Recipe } from '../../protocol/recipe.ts'
import { testEncoder } from '../../train/testEncoder.ts'
import { main } from '../tune.ts'
import { runRecipe } from './inDawn.ts'

const run = promisify(execFile)
const STEPS = 10
const SAID = ['Ann met Bob in Rome .', 'Rome is far .', 'Bob calls Ann .', 'Paris and Rome .']
const PAIRS = SAID.map((text, i) => ({ sentence1: text, sentence2: SAID[(i + 1) % 4], label: i % 2 === 0 ? 'yes' : 'no' }))
const WORDS = SAID.map((text) => ({ tokens: text.split(' '), ner_tags: text.split(' ').map((word) => (/^[A-Z]/.test(word) ? 'B-NAME' : 'O')) }))
const MINUTES = 60_000

let python: string | undefined
let room = ''
beforeAll(async () => {
  python = await findPython()
  room = await mkdtemp(join(tmpdir(), 'tunesmith-script-'))
})
afterAll(() => rm(room, { recursive: true, force: true }))

const recipeOf = (id: string, options: Recipe['methods'][number]['options'], training: Record<string, number | string>): Recipe =>
  readRecipe({
    name: id,
    base: { source: 'builtin', id: 'starter' },
    data: { source: 'sample', id: 'orders' },
    methods: [{ id, options }],
    training: { steps: STEPS, batch_size: 3, max_length: 48, eval_steps: 0, save_steps: 0, warmup_steps: 2, ...training },
    evaluation: { rows: 0 },
  })

/** Losses by step, of train.py in this folder. */
async function inPython(folder: string, name: string, command: string, args: readonly string[], env: Record<string, string> = {}): Promise<number[]> {
  const out = join(folder, name)
  await run(command, [...args, '--out', out], { cwd: folder, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1', ...env }, timeout: 5 * MINUTES })
  const lines = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).trim().split('\n')
  return lines.map((line) => (JSON.parse(line) as { loss: number }).loss)
}

describe('tune --script', () => {
  it.for([
    { id: 'lora', options: { r: 4, target_modules: ['all-linear'] }, training: { learning_rate: 0.002, gradient_accumulation_steps: 2 } },
    { id: 'prompt_tuning', options: { num_virtual_tokens: 6 }, training: { learning_rate: 0.03, lr_scheduler_type: 'linear' } },
  ])('trains $id to the same losses on one process and on two', { timeout: 12 * MINUTES }, async ({ id, options, training }, context) => {
    if (!python) {
      console.log(withoutPython)
      return context.skip(withoutPython)
    }
    const recipe = recipeOf(id, options, training)
    const folder = join(room, id)
    await mkdir(folder)
    const file = join(folder, 'wanted.json')
    await writeFile(file, JSON.stringify(recipe))
    expect(await main([file, '--script', join(folder, 'script')])).toBe(0)
    const { events } = await runRecipe(recipe, folder, () => undefined)
    const ours = events.flatMap((e) => (e.type === 'step' ? [e.loss] : []))
    const script = join(folder, 'script')
    const one = await inPython(script, 'one', python, ['train.py'])
    const torchrun = ['-m', 'torch.distributed.run', '--nproc_per_node', '2', '--master_port', String(29_500 + Math.floor(Math.random() * 1000))]
    const two = await inPython(script, 'two', python, [...torchrun, 'train.py', '--steps', '3'])
    const worst = (theirs: readonly number[]): number => Math.max(...theirs.map((loss, i) => Math.abs(loss - ours[i])))
    console.log(`train.py, ${id}: ${STEPS} losses within ${worst(one).toExponential(1)}, on two processes ${two.length} within ${worst(two).toExponential(1)}; ${ours[0].toFixed(3)} → ${ours.at(-1)!.toFixed(3)}`)
    expect([ours.length, one.length, two.length]).toEqual([STEPS, STEPS, 3])
    expect(worst(one)).toBeLessThan(1e-3)
    expect(worst(two)).toBeLessThan(1e-3)
    // What it leaves is an adapter again.
    expect(JSON.parse(await readFile(join(script, 'one', 'adapter', 'adapter_config.json'), 'utf8'))).toMatchObject({ peft_type: id === 'lora' ? 'LORA' : 'PROMPT_TUNING' })
  })

  // A head that trains beside the adapter; a pooler that the checkpoint lacks; a decoder whose texts shared rows, in NF4.
  it.for([
    { model: 'bert', architecture: 'BertForTokenClassification', rows: PAIRS, more: { task: 'SEQ_CLS' } },
    { model: 'gpt2', rows: WORDS, more: { task: 'TOKEN_CLS', methods: [{ id: 'full', options: {} }] } },
    { model: 'llama', rows: PAIRS, more: { task: 'SEQ_CLS', quantized: { quantization: 'nf4', bnb_4bit_use_double_quant: true, dtype: 'bfloat16' }, packing: true } },
  ] as const)('sorts with $model to the same losses', { timeout: 6 * MINUTES }, async ({ model, rows, more, ...rest }, context) => {
    if (!python) {
      console.log(withoutPython)
      return context.skip(withoutPython)
    }
    const folder = join(room, `classes-${model}`)
    await mkdir(folder)
    const base = 'architecture' in rest ? join(folder, 'base') : join(goldenRoot, 'models', model)
    if ('architecture' in rest) await testEncoder(model as 'bert', rest.architecture, base)
    await writeFile(join(folder, 'rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'))
    const { task, methods = [{ id: 'lora', options: { r: 4, target_modules: ['all-linear'] } }], quantized = {}, packing = false } = more as { task: string; methods?: unknown; quantized?: object; packing?: boolean }
    const recipe = readRecipe({
      name: model,
      base: { source: 'folder', id: base, ...quantized },
      data: { source: 'file', id: join(folder, 'rows.jsonl'), validation: 0 },
      methods,
      task,
      training: { steps: STEPS, batch_size: 3, max_length: 48, eval_steps: 0, save_steps: 0, warmup_steps: 2, learning_rate: 0.002, packing, label_smoothing_factor: 0.1 },
      evaluation: { rows: 0 },
    })
    const file = join(folder, 'wanted.json')
    await writeFile(file, JSON.stringify(recipe))
    const script = join(folder, 'script')
    expect(await main([file, '--script', script])).toBe(0)
    const { events } = await runRecipe(recipe, folder, () => undefined)
    const ours = events.flatMap((e) => (e.type === 'step' ? [e.loss] : []))
    const theirs = await inPython(script, 'one', python, ['train.py', '--base', base])
    const worst = Math.max(...theirs.map((loss, i) => Math.abs(loss - ours[i])))
    console.log(`train.py, ${task} of ${model}: ${theirs.length} losses within ${worst.toExponential(1)}; ${ours[0].toFixed(3)} → ${ours.at(-1)!.toFixed(3)}`)
    expect([ours.length, theirs.length]).toEqual([STEPS, STEPS])
    expect(worst).toBeLessThan(2e-5)
    if (!('quantized' in more)) return
    // bitsandbytes is told what it would hold; running it needs a GPU of its own kind.
    const asked = "import frozen, json, torch; c = frozen.quantization_config(json.load(open('frozen.json')), torch.bfloat16); print(json.dumps([c.load_in_4bit, c.bnb_4bit_quant_type, c.bnb_4bit_use_double_quant, str(c.bnb_4bit_compute_dtype), c.llm_int8_skip_modules]))"
    const { stdout } = await run(python, ['-c', asked], { cwd: script, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } })
    expect(JSON.parse(stdout)).toEqual([true, 'nf4', true, 'torch.bfloat16', ['score$']])
  })
})
