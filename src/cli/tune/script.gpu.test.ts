// The folder for larger machines, run by the real libraries: the first ten losses are ours on one process, and on two that share the
// same batches.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPython, withoutPython } from '../../../e2e/golden/findPython.ts'
import { readRecipe, type Recipe } from '../../protocol/recipe.ts'
import { main } from '../tune.ts'
import { runRecipe } from './inDawn.ts'

const run = promisify(execFile)
const STEPS = 10
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
})
