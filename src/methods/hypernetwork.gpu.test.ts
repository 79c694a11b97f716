import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import type { Batch } from '../data/batches.ts'
import { readAdapter } from '../files/adapter.ts'
import { bytesSource } from '../files/byteSource.ts'
import { readFolder } from '../files/nodeSource.ts'
import { adamwHyper } from '../optim/adamwHyper.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import { subjectOf, type Base } from '../train/base.ts'
import { computeLogits } from '../train/computeLogits.ts'
import { emitAdapter, mountEmitted } from '../train/emitAdapter.ts'
import { exportRun, recipeFacts } from '../train/exportRun.ts'
import { freshValues } from '../train/freshValues.ts'
import { Learner, shapeOf, type TrainSubject } from '../train/learner.ts'
import { testBase, testBatch } from '../train/testRun.ts'
import { attachAll } from './registry.ts'

const TASKS = [
  { name: 'counting', description: 'Count to ten.\nSay the numbers from one to ten.' },
  { name: 'naming', description: 'Name an animal.' },
]
const STEPS = 120
const rows = Int32Array.of(0, 3, 11, 12, 17, 20)
const worstOf = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((x, i) => Math.abs(x - b[i]))) / Math.max(...a.map(Math.abs))

describe.each([
  { model: 'llama', source: 'description', tableRows: 3 },
  { model: 'gpt2', source: 'learned', tableRows: 2 },
])('a hypernetwork with two tasks on $model, from $source embeddings', ({ model, source, tableRows }) => {
  const methods = [{ id: 'hypernetwork', options: { r: 4, task_embedding: source, task_embedding_dim: 16, hidden_size: 24 } }]
  let base: Base
  let subject: TrainSubject
  let learner: Learner
  let values: Float32Array<ArrayBuffer>
  let batches: Batch[]
  const losses: number[][] = []
  const own = (task: number): Promise<Float32Array> => computeLogits(base, subject, learner.params, { ...batches[0], task }, rows)

  beforeAll(async () => {
    base = await testBase(model)
    subject = subjectOf(base, attachAll(methods, base.outline, TASKS))
    learner = await Learner.make(base, subject)
    learner.params.write('values', await freshValues(base, subject.layout, 1))
    const second = tableRows - 1
    // The same tokens, shifted targets that only the task can tell apart.
    const first = testBatch(base, 3)
    batches = [
      { ...first, task: 0 },
      { ...first, task: second, targets: first.targets.map((t) => (t < 0 ? t : (t + 7) % 200)) },
    ]
    const { reached } = await learner.prepare(shapeOf(batches[0]), true)
    await learner.prepareUpdate(() => ({ lrScale: 1, weightDecay: 0 }), reached)
    for (let step = 0; step < STEPS; step++) {
      const { numbers } = await learner.step(batches, adamwHyper({ beta1: 0.9, beta2: 0.999, eps: 1e-8, maxGradNorm: 1 }, 3e-3, step + 1), [1, step])
      losses.push((await numbers).losses.map((sum, task) => sum / batches[task].trainedTokens))
    }
    values = await learner.params.read('values')
  })
  afterAll(async () => {
    await learner.dispose()
    base.weights.dispose()
  })

  it('learns tasks that contradict each other, each under its own embedding', async () => {
    for (const task of [0, 1]) {
      const batch = batches[task]
      const [right, wrong] = [await learner.evaluate([batch]), await learner.evaluate([{ ...batch, task: batches[1 - task].task! }])]
      expect(losses[0][task]).toBeGreaterThan(3)
      // One adapter for both could at best give even odds to the two targets of a place, which costs ln 2.
      expect(right.loss).toBeLessThan(Math.LN2)
      expect(wrong.loss).toBeGreaterThan(2 * Math.LN2)
    }
  })

  it('emits for each row of its table a LoRA with its own logits', async () => {
    const seen = new Set<string>()
    for (const [row, text] of (source === 'description' ? ['counting', 'Say the numbers from one to ten.', 'Name an animal.'] : ['counting', 'naming']).entries()) {
      const made = await mountEmitted(base, await emitAdapter(base, subject, values, text))
      const logits = await computeLogits(base, made.subject, made.params, batches[0], rows)
      made.params.dispose()
      expect(worstOf(await own(row), logits), text).toBeLessThan(1e-5)
      seen.add(logits.join())
    }
    expect(seen.size).toBe(tableRows)
  })

  it('emits the first task unless told, and refuses to guess', async () => {
    const [first, named] = [await emitAdapter(base, subject, values), await emitAdapter(base, subject, values, ' counting ')]
    expect(first.tensors).toEqual(named.tensors)
    await expect(emitAdapter(base, subject, values, ' ')).rejects.toThrow('An adapter is made for a task, and none was named or described.')
    await expect(emitAdapter(base, subjectOf(base, []), values, 'counting')).rejects.toThrow('This run trained one adapter, which is the same for every task.')
  })

  it('reads a new description only where it learned from descriptions', async () => {
    const text = 'Say the name of an animal.'
    if (source === 'learned') {
      await expect(emitAdapter(base, subject, values, text)).rejects.toThrow('cannot read descriptions')
      return
    }
    const made = await emitAdapter(base, subject, values, text)
    for (const { data } of made.tensors.values()) expect(data.every(Number.isFinite)).toBe(true)
    expect(made.tensors).not.toEqual((await emitAdapter(base, subject, values, 'naming')).tensors)
    expect(await emitAdapter(base, subject, values, text)).toMatchObject({ tensors: made.tensors })
  })

  describe('exported', () => {
    let files: ReadonlyMap<string, Uint8Array>
    beforeAll(async () => {
      const facts = { ...recipeFacts({ ...defaultRecipe(), methods }, 'test'), dataName: 'test', rows: 2, steps: STEPS }
      files = await exportRun(base, { facts, values, layout: subject.layout, attachments: subject.attachments })
    })

    it('has a PEFT folder for every task', async () => {
      for (const { name } of TASKS) {
        const inside = new Map([...files].filter(([path]) => path.startsWith(`tasks/${name}/`)).map(([path, bytes]) => [path, bytesSource(bytes, path)]))
        const { config, tensors } = await readAdapter(inside)
        expect(config).toMatchObject({ peft_type: 'LORA', r: 4, lora_alpha: 16 })
        expect(tensors).toEqual((await emitAdapter(base, subject, values, name)).tensors)
      }
    })

    it('comes with a Python program that makes the same LoRA', async (context) => {
      const python = await findPython()
      if (!python) {
        const why = 'left out: the check of load_adapter.py (name a Python with torch and safetensors in TUNESMITH_PYTHON)'
        console.log(why)
        return context.skip(why)
      }
      const folder = await mkdtemp(join(tmpdir(), 'tunesmith-hypernetwork-'))
      try {
        for (const [path, bytes] of files) {
          await mkdir(dirname(join(folder, path)), { recursive: true })
          await writeFile(join(folder, path), bytes)
        }
        for (const text of source === 'description' ? ['naming', 'Say the numbers from one to ten.'] : ['naming']) {
          await run(python, [join(folder, 'load_adapter.py'), text, join(folder, 'made')])
          const { config, tensors } = await readAdapter(await readFolder(join(folder, 'made')))
          const ours = await emitAdapter(base, subject, values, text)
          expect(config).toMatchObject({ peft_type: 'LORA', r: 4 })
          expect([...tensors.keys()].toSorted()).toEqual([...ours.tensors.keys()].toSorted())
          for (const [key, { shape, data }] of ours.tensors) {
            expect(tensors.get(key)!.shape, key).toEqual(shape)
            expect(worstOf(data, tensors.get(key)!.data), key).toBeLessThan(1e-6)
          }
        }
        if (await has(python, 'transformers')) {
          const tokens = Array.from(batches[0].tokens.subarray(0, 6))
          const say = `import json, torch; from load_adapter import load_adapter; print(json.dumps(load_adapter(${JSON.stringify(join(goldenRoot, 'models', model))}, 'naming')(torch.tensor([${JSON.stringify(tokens)}])).logits[0].tolist()))`
          const { stdout } = await run(python, ['-c', say], { cwd: folder, maxBuffer: 2 ** 26 })
          const theirs = Float32Array.from((JSON.parse(stdout) as number[][]).flat())
          const prompt = { B: 1, T: 6, tokens: Int32Array.from(tokens), positions: Int32Array.from(tokens.keys()), segments: new Int32Array(6), task: tableRows - 1 }
          const ours = await computeLogits(base, subject, learner.params, prompt, Int32Array.from(tokens.keys()))
          expect(worstOf(ours, theirs)).toBeLessThan(1e-5)
        }
        const unknown = run(python, [join(folder, 'load_adapter.py'), 'Sing.', join(folder, 'other')])
        await expect(unknown).rejects.toThrow('no task is called or described so; there are counting, naming.')
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  })
})

const run = promisify(execFile)
const has = (python: string, modules: string): Promise<boolean> => run(python, ['-c', `import ${modules}`], { timeout: 120_000 }).then(() => true, () => false)

async function findPython(): Promise<string | undefined> {
  for (const python of [process.env['TUNESMITH_PYTHON'], 'python3']) if (python !== undefined && (await has(python, 'safetensors, torch'))) return python
  return undefined
}
