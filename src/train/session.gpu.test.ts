import { beforeAll, describe, expect, it } from 'vitest'
import { openDataset, type Dataset } from '../data/dataset.ts'
import { bytesSource } from '../files/byteSource.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { utf8 } from '../lib/bytes.ts'
import type { RunEvent } from '../protocol/event.ts'
import { defaultRecipe, type MethodChoice, type Recipe } from '../protocol/recipe.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { Training } from '../protocol/training.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import type { Storage } from '../storage/storage.ts'
import type { Base } from './base.ts'
import { Control } from './control.ts'
import { runSession } from './session.ts'
import { testBase } from './testRun.ts'

type Step = Extract<RunEvent, { type: 'step' }>

let rows: Dataset
let questions: Dataset
beforeAll(async () => {
  const line = (i: number): string =>
    JSON.stringify({ prompt: `What is ${i} and ${i * 7}?`, completion: ` ${'It is many. '.repeat(1 + (i % 4))}${i * 8}` })
  const open = (n: number, name: string) =>
    openDataset(bytesSource(utf8(Array.from({ length: n }, (_, i) => line(i)).join('\n')), name))
  ;[rows, questions] = await Promise.all([open(23, 'rows.jsonl'), open(2, 'test.jsonl')])
})

const lora = (options: MethodChoice['options'] = {}): MethodChoice => ({ id: 'lora', options: { r: 4, ...options } })
function recipeOf(training: Partial<Training>, methods: readonly MethodChoice[] = [lora()], more: Partial<Recipe> = {}): Recipe {
  const plain = defaultRecipe()
  const few = { steps: 12, batch_size: 3, max_length: 64, learning_rate: 1e-2, warmup_steps: 2, eval_steps: 4, save_steps: 5 }
  return {
    ...plain,
    name: 'test',
    methods,
    training: { ...plain.training, ...few, ...training },
    evaluation: { rows: 0, maxNewTokens: 4 },
    ...more,
  }
}

interface Told {
  readonly record: RunRecord
  readonly events: readonly RunEvent[]
  readonly storage: Storage
}
interface Run {
  readonly storage?: Storage
  readonly base?: Base
  readonly test?: Dataset
  readonly wasRate?: number
  onEvent?(event: RunEvent, control: Control): void
}

/** One run, or one more stretch of the run that `storage` holds, on a base of its own unless one is given. */
async function go(recipe: Recipe, { storage = memoryStorage(), base: given, test, wasRate, onEvent }: Run = {}): Promise<Told> {
  const base = given ?? (await testBase('llama'))
  const before = base.memory.bytes()
  const runId = 'run'
  if (!(await storage.runs.get(runId)))
    await storage.runs.put({ id: runId, recipe, createdAt: 0, status: 'running', step: 0, hasAdapter: false })
  const events: RunEvent[] = []
  const control = new Control()
  const say = (event: RunEvent): void => {
    events.push(event)
    onEvent?.(event, control)
  }
  const record = await runSession({ runId, recipe, base, dataset: rows, test, storage, control, version: 'test', onEvent: say, ...(wasRate !== undefined && { wasRate }) })
  expect(base.memory.bytes(), 'a finished session gives its memory back').toBe(before)
  if (!given) base.weights.dispose()
  return { record, events, storage }
}

const isStep = (e: RunEvent): e is Step => e.type === 'step'
/** What must be equal between two runs: everything but the time it took. */
const steps = (events: readonly RunEvent[]): unknown[] =>
  events.filter((e) => e.type === 'step' || e.type === 'validation').map((e) => ({ ...e, ms: 0 }))
const filesOf = async (storage: Storage): Promise<ReadonlyMap<string, Uint8Array>> => (await storage.adapters.load('run'))!
const failureOf = (events: readonly RunEvent[]) => events.find((e) => e.type === 'failure')?.failure

// Dropout, accumulation and packing each have state of their own that a continued run must find again.
describe.each([
  { name: 'plain rows', recipe: recipeOf({}) },
  {
    name: 'dropout, two batches a step, packed',
    recipe: recipeOf({ gradient_accumulation_steps: 2, packing: true, weight_decay: 0.1 }, [lora({ lora_dropout: 0.2 })]),
  },
  {
    name: 'smoothed targets, noise, a pull to the base and penalties',
    recipe: recipeOf({ label_smoothing_factor: 0.1, neftune_noise_alpha: 5, kl_to_base: 0.3, l1_penalty: 1e-3, l2_penalty: 1e-2, l2_start_penalty: 0.1 }),
  },
  {
    name: 'layers that thaw, the lower ones more slowly',
    recipe: recipeOf({ unfreeze_every: 6, layerwise_lr_decay: 0.5, l2_start_penalty: 0.1, weight_decay: 0.1 }, [lora({ target_modules: ['all-linear'] })]),
  },
])('a run with $name', ({ recipe }) => {
  let whole: Told
  let files: ReadonlyMap<string, Uint8Array>
  beforeAll(async () => {
    whole = await go(recipe)
    files = await filesOf(whole.storage)
  })
  const equalsWhole = async ({ storage, record }: Told): Promise<void> => {
    expect(record).toMatchObject({ status: 'done', step: 12, checkpointStep: 12, lastLoss: whole.record.lastLoss })
    const found = await filesOf(storage)
    expect([...found.keys()]).toEqual([...files.keys()])
    for (const [name, bytes] of files) expect(found.get(name), name).toEqual(bytes)
    expect(steps(await storage.runs.events('run'))).toEqual(steps(whole.events))
  }

  it('tells every step, learns, and stores what it told', async () => {
    const told = whole.events.filter(isStep)
    expect(told.map((e) => e.step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
    expect(told[0].learningRate).toBe(0)
    expect(told[11].loss).toBeLessThan(told[0].loss)
    expect(whole.events.filter((e) => e.type === 'validation').map((e) => e.step)).toEqual([0, 4, 8, 12])
    // The norms of the layers are those of the whole gradient, taken apart; penalties join it later.
    const isPlain = recipe.training.l2_start_penalty === 0
    const layers = whole.events.filter((e) => e.type === 'layers')
    expect(layers.map((e) => e.step)).toEqual(told.map((e) => e.step))
    layers.forEach(({ norms }, i) => {
      const joined = Math.hypot(...norms.map(([, norm]) => norm))
      expect(joined / told[i].gradNorm).toBeCloseTo(1, isPlain ? 4 : 1)
    })
    expect(layers[0].layers).toBeGreaterThan(1)
    expect(layers.at(-1)!.norms.map(([level]) => level)).toEqual(Array.from({ length: layers[0].layers }, (_, i) => i))
    expect([...files.keys()].toSorted()).toEqual(['README.md', 'adapter_config.json', 'adapter_model.safetensors', 'recipe.json'])
    await equalsWhole(whole)
  })

  it('gives the same bytes again', async () => equalsWhole(await go(recipe)))

  it('gives the same bytes when it is stopped at an odd step and continued elsewhere', async () => {
    const first = await go(recipe, { onEvent: (e, control) => void (isStep(e) && e.step === 7 && control.stop()) })
    expect(first.record.status).toBe('stopped')
    expect(first.record.step).toBeLessThan(12)
    expect(first.record.step).toBe(first.record.checkpointStep)
    await equalsWhole(await go(recipe, { storage: first.storage }))
  })

  it('gives the same bytes when it breaks off and goes on from its last checkpoint', async () => {
    const broken = await go(recipe, {
      onEvent: (e) => {
        if (isStep(e) && e.step === 8) throw new Error('the tab was closed')
      },
    })
    expect(broken.record).toMatchObject({ status: 'failed', checkpointStep: 5 })
    await equalsWhole(await go(recipe, { storage: broken.storage }))
  })

  it('gives the same bytes when it breaks off after the last step, before the adapter is saved', async () => {
    const broken = await go(recipe, {
      onEvent: (e) => {
        if (e.type === 'checkpoint' && e.step === 12) throw new Error('the tab was closed')
      },
    })
    expect(broken.record).toMatchObject({ status: 'failed', checkpointStep: 12 })
    await equalsWhole(await go(recipe, { storage: broken.storage }))
  })

  it('gives the same bytes when it is paused for a while', async () => {
    let atPause = 0
    const told = await go(recipe, {
      onEvent(e, control) {
        if (isStep(e) && e.step === 3) control.pause()
        if (e.type !== 'phase' || e.phase !== 'paused') return
        atPause = Date.now()
        setTimeout(() => control.resume(), 100)
      },
    })
    // Each thaw says what trains now.
    const said = told.events.flatMap((e) => (e.type === 'phase' ? [e.phase] : []))
    const phases = said.filter((phase, i) => phase !== said[i - 1])
    expect(phases.slice(-5)).toEqual(['training', 'paused', 'training', 'saving', 'done'])
    const next = told.events.find((e) => e.type === 'phase' && e.at >= atPause + 90)
    expect(next).toMatchObject({ phase: 'training' })
    await equalsWhole(told)
  })
})

it('asks the test questions before and after, and keeps the scores over a stop', async () => {
  const recipe = recipeOf({ steps: 4 }, [lora()], { evaluation: { rows: 2, maxNewTokens: 4 } })
  const first = await go(recipe, { test: questions, onEvent: (e, control) => void (isStep(e) && e.step === 1 && control.stop()) })
  expect(first.record.scores).toEqual({ metric: 'exact_match', before: 0 })
  const { events, record } = await go(recipe, { test: questions, storage: first.storage })
  expect(record.scores).toEqual({ metric: 'exact_match', before: 0, after: 0 })
  const scores = events.filter((e) => e.type === 'score')
  expect(scores).toHaveLength(1)
  expect(scores[0]).toMatchObject({ when: 'after', total: 2, answers: [{ expected: ' It is many. 0' }, {}] })
})

it('answers the same prompts every few steps, reads held-out examples at first and last, and trains as without', async () => {
  const plain = recipeOf({ steps: 5, eval_steps: 5 })
  const watched = { ...plain, evaluation: { ...plain.evaluation, sampleSteps: 2, sampleTokens: 3 } }
  const [without, { events, storage }] = [await go(plain), await go(watched, { test: questions })]
  const samples = events.filter((e) => e.type === 'samples')
  expect(samples.map((e) => e.step)).toEqual([0, 2, 4, 5])
  for (const { answers } of samples) expect(answers.map((a) => a.prompt)).toEqual(['What is 0 and 0?', 'What is 1 and 7?'])
  const readings = events.filter((e) => e.type === 'reading')
  expect(readings.map((e) => e.step)).toEqual([0, 5])
  const [first, last] = readings.map((e) => e.examples)
  expect(first.map((tokens) => tokens.map((t) => t.text).join(''))).toEqual(last.map((tokens) => tokens.map((t) => t.text).join('')))
  expect(first[0].map((t) => t.text).join('')).toMatch(/What is \d+ and \d+\?[^]*It is many\./)
  // All held-out rows fit one batch, so that the mean over their tokens is the validation loss.
  const validations = events.filter((e) => e.type === 'validation')
  for (const [i, examples] of [first, last].entries()) {
    const losses = examples.flatMap((tokens) => tokens.flatMap((t) => (t.loss === undefined ? [] : [t.loss])))
    expect(losses.reduce((a, b) => a + b, 0) / losses.length).toBeCloseTo(validations[i].loss, 4)
    expect(losses).toHaveLength(validations[i].tokens)
  }
  expect(steps(events)).toEqual(steps(without.events))
  expect((await filesOf(storage)).get('adapter_model.safetensors')).toEqual((await filesOf(without.storage)).get('adapter_model.safetensors'))
})

it('answers the prompts that the recipe names', async () => {
  const recipe = recipeOf({ steps: 2, eval_steps: 0 }, [lora()], { evaluation: { rows: 0, maxNewTokens: 4, sampleSteps: 5, samplePrompts: 'What is 3?\n\nAnd 4?\n', sampleTokens: 2 } })
  const { events } = await go(recipe)
  const samples = events.filter((e) => e.type === 'samples')
  expect(samples.map((e) => [e.step, e.answers.map((a) => [a.prompt, a.expected])])).toEqual([0, 2].map((step) => [step, [['What is 3?', ''], ['And 4?', '']]]))
})

it('fails with a sentence when the loss stops being a number, and keeps the last checkpoint', async () => {
  const recipe = recipeOf({ learning_rate: 1e9, warmup_steps: 2, save_steps: 1, eval_steps: 0, max_grad_norm: 0 }, [
    { id: 'full', options: {} },
  ])
  const { record, events, storage } = await go(recipe)
  expect(record.status).toBe('failed')
  expect(failureOf(events)).toMatchObject({
    code: 'diverged',
    message: expect.stringMatching(/^The (loss|gradient) stopped being a number at step \d+\.$/),
  })
  expect(events.at(-1)).toMatchObject({ type: 'phase', phase: 'failed' })
  expect(events.filter(isStep).every((e) => Number.isFinite(e.loss))).toBe(true)
  const kept = await storage.checkpoints.load('run')
  expect(kept!.step).toBe(record.checkpointStep)
  // The update before the bad loss made the bad values: its checkpoint is not offered.
  expect(failureOf(events)!.remedies).toEqual([
    { kind: 'continue', step: kept!.step, learning_rate: 3.3e8 },
    { kind: 'training', name: 'learning_rate', value: 3.3e8 },
    { kind: 'training', name: 'max_grad_norm', value: 1 },
  ])
  expect(kept!.step).toBeLessThan(events.filter(isStep).at(-1)!.step)
  expect(kept!.step).toBeGreaterThan(0)
  expect([...new Float32Array(kept!.parts.get('m')!.slice().buffer)].every(Number.isFinite)).toBe(true)
})

it('goes on from the last good checkpoint at a lower rate, and says so in the card', async () => {
  const recipe = recipeOf({ learning_rate: 1e9, warmup_steps: 2, save_steps: 1, eval_steps: 0, max_grad_norm: 0, steps: 6 }, [{ id: 'full', options: {} }])
  const { storage, record } = await go(recipe)
  expect(record.status).toBe('failed')
  const slower = { ...recipe, training: { ...recipe.training, learning_rate: 1e-4 } }
  const again = await go(slower, { storage, wasRate: 1e9 })
  expect(again.record).toMatchObject({ status: 'done', step: 6 })
  expect(again.events).toContainEqual({ type: 'rate', step: record.checkpointStep, was: 1e9, is: 1e-4 })
  expect(new TextDecoder().decode((await filesOf(storage)).get('README.md'))).toContain(`| Learning rate | 1000000000 up to step ${record.checkpointStep}, then 0.0001 |`)
})

it('allocates nothing after the first steps', async () => {
  const base = await testBase('llama')
  const seen = new Map<number, number>()
  let calls = 0
  const allocate = base.memory.allocate.bind(base.memory)
  base.memory.allocate = (requests) => {
    calls++
    return allocate(requests)
  }
  const at = new Map<number, number>()
  const recipe = recipeOf({ steps: 30, eval_steps: 0, save_steps: 0 })
  await go(recipe, {
    base,
    onEvent(e) {
      if (!isStep(e)) return
      seen.set(e.step, base.memory.bytes())
      at.set(e.step, calls)
    },
  })
  expect(seen.get(30)).toBe(seen.get(3))
  expect(at.get(30)).toBe(at.get(3))
  base.weights.dispose()
})

it('pulls towards the base from nothing, with a copy of its own where the base itself trains', async () => {
  for (const id of ['full', 'prefix_tuning', 'lora']) {
    const losses = async (kl_to_base: number): Promise<number[]> => {
      const { events } = await go(recipeOf({ steps: 6, learning_rate: 3e-3, kl_to_base, save_steps: 0, eval_steps: 0 }, [{ id, options: id === 'prefix_tuning' ? { num_virtual_tokens: 2 } : {} }]))
      expect(failureOf(events)).toBeUndefined()
      return events.filter(isStep).map((e) => e.loss)
    }
    const [plain, pulled] = [await losses(0), await losses(1)]
    // The first update has rate 0. Prefix tuning does not start as the base.
    if (id === 'prefix_tuning') expect(pulled[1]).toBeGreaterThan(plain[1])
    else for (const step of [0, 1]) expect(pulled[step]).toBeCloseTo(plain[step], 4)
    expect(pulled[5]).toBeGreaterThan(plain[5])
  }
})

it('moves only what its layers, their thaw and their rates allow', async () => {
  const first = 'model.layers.0.mlp.up_proj.weight'
  const last = 'model.layers.1.mlp.up_proj.weight'
  const embeddings = 'model.embed_tokens.weight'
  const base = await testBase('llama')
  const before = new Map(await Promise.all([first, last, embeddings].map(async (name) => [name, await base.weights.readF32(name)] as const)))
  base.weights.dispose()
  /** Largest change of each. */
  const moved = async (training: Partial<Training>): Promise<number[]> => {
    const { storage, events } = await go(recipeOf({ eval_steps: 0, save_steps: 0, lr_scheduler_type: 'constant', warmup_steps: 0, learning_rate: 1e-3, ...training }, [{ id: 'full', options: {} }]))
    expect(failureOf(events)).toBeUndefined()
    const { tensors } = await openModelFolder(new Map([...(await filesOf(storage))].map(([path, bytes]) => [path, bytesSource(bytes, path)])))
    return Promise.all([...before].map(async ([name, was]) => (await tensors.get(name)!.readF32()).reduce((most, x, i) => Math.max(most, Math.abs(x - was[i])), 0)))
  }
  const [a, b, c] = await moved({ steps: 2, freeze_layers: 1, freeze_embeddings: true })
  expect([a, c]).toEqual([0, 0])
  expect(b).toBeGreaterThan(1e-3)
  expect((await moved({ steps: 3, unfreeze_every: 3 })).map((x) => x > 0)).toEqual([false, true, false])
  expect((await moved({ steps: 4, unfreeze_every: 3 })).map((x) => x > 0)).toEqual([true, true, false])
  // The first update of Adam is the rate itself.
  const decayed = await moved({ steps: 1, layerwise_lr_decay: 0.5 })
  ;[5e-4, 1e-3, 2.5e-4].forEach((rate, i) => expect(decayed[i] / rate).toBeCloseTo(1, 2))
})

it('holds the memory of its last stage from the start', async () => {
  const base = await testBase('llama')
  const seen: number[] = []
  const recipe = recipeOf({ eval_steps: 0, save_steps: 0, unfreeze_every: 4 }, [{ id: 'full', options: {} }])
  await go(recipe, { base, onEvent: (e) => void (isStep(e) && seen.push(base.memory.bytes())) })
  base.weights.dispose()
  // A stage more or less has another row of numbers for its update, and its inputs; nothing that grows with the model.
  expect(Math.max(...seen) - seen[0]).toBeLessThan(1024)
})

describe('a run that stops early and keeps its best', () => {
  // A rate that makes the held-out rows worse soon after it made them better.
  const recipe = recipeOf({ steps: 40, learning_rate: 0.05, lr_scheduler_type: 'constant', eval_steps: 2, early_stopping_patience: 3, load_best_model_at_end: true })
  let whole: Told
  beforeAll(async () => {
    whole = await go(recipe)
  })
  const losses = (events: readonly RunEvent[]): Map<number, number> => new Map(events.flatMap((e) => (e.type === 'validation' ? [[e.step, e.loss] as const] : [])))

  it('ends when patience does, and says which values it took', () => {
    const { record, events } = whole
    const early = events.find((e) => e.type === 'early-stop')!
    const [[best, loss]] = [...losses(events)].toSorted((a, b) => a[1] - b[1])
    expect(early).toEqual({ type: 'early-stop', step: best + 6, patience: 3, best: { step: best, loss } })
    expect(best).toBeGreaterThan(0)
    expect(events.findLast((e) => e.type === 'best')).toEqual({ type: 'best', step: best, loss })
    expect(record).toMatchObject({ status: 'done', step: best + 6, checkpointStep: best + 6 })
  })

  it('exports exactly the values of its best step', async () => {
    const { best } = whole.events.find((e) => e.type === 'early-stop')!
    const shorter = await go({ ...recipe, training: { ...recipe.training, steps: best.step, early_stopping_patience: 0, load_best_model_at_end: false } })
    const adapter = (told: Told) => filesOf(told.storage).then((files) => files.get('adapter_model.safetensors'))
    expect(await adapter(whole)).toEqual(await adapter(shorter))
    expect(new TextDecoder().decode((await filesOf(whole.storage)).get('README.md'))).toContain(`| Values of step | ${best.step}, where`)
  })

  it('gives the same bytes when it breaks off while it waits, or at its end', async () => {
    const files = await filesOf(whole.storage)
    const breaks: ((e: RunEvent) => boolean)[] = [(e) => isStep(e) && e.step === whole.record.step - 1, (e) => e.type === 'checkpoint' && e.step === whole.record.step]
    for (const breaking of breaks) {
      const broken = await go(recipe, {
        onEvent: (e) => {
          if (breaking(e)) throw new Error('the tab was closed')
        },
      })
      expect(broken.record.status).toBe('failed')
      const { storage, record } = await go(recipe, { storage: broken.storage })
      expect(record).toMatchObject({ status: 'done', step: whole.record.step })
      const found = await filesOf(storage)
      for (const [name, bytes] of files) expect(found.get(name), name).toEqual(bytes)
    }
  })

  it('keeps the last values, and not the best, while a stopped run can go on', async () => {
    const stopped = await go(recipe, { onEvent: (e, control) => void (isStep(e) && e.step === whole.record.step - 2 && control.stop()) })
    expect(stopped.record.status).toBe('stopped')
    expect(stopped.events.some((e) => e.type === 'best')).toBe(false)
    const { storage } = await go(recipe, { storage: stopped.storage })
    for (const [name, bytes] of await filesOf(whole.storage)) expect((await filesOf(storage)).get(name), name).toEqual(bytes)
  })
})

it('says what is wrong before it trains', async () => {
  const message = async (recipe: Recipe): Promise<string | undefined> => failureOf((await go(recipe)).events)?.message
  expect(await message(recipeOf({ early_stopping_patience: 1, eval_steps: 0 }))).toBe('This run has no validation loss, which early stopping and keeping the best need.')
  const nothing: Recipe = recipeOf({ max_length: 8 })
  expect(await message(nothing)).toBe('No row of the data has anything to learn.')
  const other = memoryStorage()
  await go(recipeOf({ steps: 2 }), { storage: other })
  const { events } = await go(recipeOf({ steps: 4 }, [lora({ r: 8 })]), { storage: other })
  expect(failureOf(events)).toMatchObject({ code: 'storage', message: 'The checkpoint of step 2 does not fit this recipe.' })
})
