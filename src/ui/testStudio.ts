// A scripted Studio for tests and for the test build of the page: it answers at once, trains by formula and keeps its
// runs in memory. The product never imports it.
import type { Answer, PlanSummary, RunEvent } from '../protocol/event.ts'
import type { Failure } from '../protocol/failure.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { BaseInfo, DatasetInfo, MethodInfo, PreviewToken, Result, RunRecord, SampleInfo, Studio } from '../protocol/studio.ts'

export interface Script {
  /** Milliseconds per training step, and before each answer. */
  readonly pace?: number
  readonly software?: boolean
  readonly noWebGpu?: boolean
  readonly modelFailure?: Failure
  readonly dataFailure?: Failure
  /** Fails the run after this many steps. */
  readonly failAt?: number
  readonly runs?: readonly RunRecord[]
}

const ok = <T>(value: T): Result<T> => ({ ok: true, value })
const fail = (failure: Failure): { readonly ok: false; readonly failure: Failure } => ({ ok: false, failure })

export const testBase: BaseInfo = {
  id: 'starter',
  title: 'Tunesmith starter',
  modelType: 'llama',
  parameters: 3_148_800,
  bytes: 6_304_768,
  contextLength: 512,
  vocabulary: 4096,
  chat: false,
  linearLayers: ['q_proj', 'v_proj', 'k_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
}

export const testMethods: readonly MethodInfo[] = [
  {
    id: 'lora',
    label: 'LoRA',
    summary: 'Freezes the model and learns two thin matrices beside each chosen layer. Small, quick, easy to share.',
    paper: 'https://arxiv.org/abs/2106.09685',
    defaultLearningRate: 0.001,
    options: {
      r: { kind: 'number', default: 8, min: 1, max: 256, integer: true, label: 'Rank (r)', help: 'Width of the thin matrices; more can learn more and costs more memory.' },
      lora_alpha: { kind: 'number', default: 16, min: 1, max: 1024, label: 'lora_alpha', help: 'Scales what was learned by lora_alpha / r.' },
      lora_dropout: { kind: 'number', default: 0, min: 0, max: 0.9, label: 'lora_dropout', help: 'Share of inputs dropped while training; helps on small data.' },
      target_modules: { kind: 'list', default: ['q_proj', 'v_proj'], suggest: 'linear-layers', label: 'target_modules', help: 'Layers that get the thin matrices.' },
      use_rslora: { kind: 'boolean', default: false, advanced: true, label: 'use_rslora', help: 'Scales by lora_alpha / √r instead, which suits high ranks.' },
      init_lora_weights: {
        kind: 'choice', default: 'kaiming', advanced: true, label: 'init_lora_weights', help: 'How A starts; B always starts at 0.',
        choices: [{ value: 'kaiming', label: 'Kaiming uniform' }, { value: 'gaussian', label: 'Gaussian' }],
      },
    },
  },
  {
    id: 'full',
    label: 'Full tuning',
    summary: 'Trains every weight. Learns the most, needs the most memory, and gives a whole new model.',
    paper: '',
    defaultLearningRate: 0.00005,
    options: {},
  },
]

export const testSamples: readonly SampleInfo[] = [
  { id: 'pirate', title: 'Talk like a pirate', task: 'style', description: 'Rewrite plain sentences in pirate speech.', rows: 480, bytes: 61_200 },
  { id: 'mood', title: 'Sort by mood', task: 'classification', description: 'Name the mood of a short story: happy, sad, angry or calm.', rows: 600, bytes: 88_400 },
  { id: 'orders', title: 'Orders to JSON', task: 'structured', description: 'Turn a spoken order into a JSON object.', rows: 512, bytes: 97_300 },
]

const token = (text: string, trained = false, special = false): PreviewToken => ({ text, trained, special })
const words = (text: string, trained: boolean): PreviewToken[] => text.match(/\s?\S+|\n/g)?.map((t) => token(t, trained)) ?? []
const example = (prompt: string, completion: string): PreviewToken[] => [
  token('<s>', false, true), ...words(`Say it like a pirate: ${prompt}`, false), token('\n'), ...words(completion, true), token('</s>', true, true),
]

export function testDataset(name: string, recipe: Recipe): DatasetInfo {
  const everything = recipe.data.trainOn === 'everything'
  const head = [
    { prompt: 'The dog ran to the beach.', completion: "Arr, the hound scurried t' the shore!" },
    { prompt: 'My friend has a red hat.', completion: 'Me matey wears a crimson cap, aye!' },
    { prompt: 'Where is the treasure?', completion: 'Where be the booty hid, ye scallywag?' },
    { prompt: 'We are going home now.', completion: "We be sailin' home now, lads!" },
    { prompt: 'It is raining on the ship.', completion: "The skies be weepin' on our deck!" },
  ]
  return {
    name,
    format: 'JSON Lines, prompt/completion pairs',
    bytes: 61_200,
    rows: 480,
    testRows: 50,
    problems: [
      { line: 17, field: 'completion', reason: 'The completion is empty, so that nothing could be learned from this row.' },
      { line: 203, reason: 'This line is not valid JSON: unexpected end.' },
    ],
    problemCount: 2,
    head,
    examples: head.slice(0, 3).map((row) => example(row.prompt, row.completion).map((t) => (everything ? { ...t, trained: true } : t))),
    trainedTokens: everything ? 15_360 : 6_240,
    totalTokens: 15_360,
    longest: 47,
    truncated: recipe.training.max_length < 47 ? 12 : 0,
  }
}

export function testPlan(recipe: Recipe, probe: boolean): PlanSummary {
  const isFull = recipe.methods[0]?.id === 'full'
  const trainableParameters = isFull ? testBase.parameters : Number(recipe.methods[0]?.options['r'] ?? 8) * 5_120
  const activations = recipe.training.batch_size * recipe.training.max_length * 31_000
  const bytes = { weights: 6_304_768, activations, workspace: 33_554_432, trainable: trainableParameters * 16 }
  const total = bytes.weights + bytes.activations + bytes.workspace + bytes.trainable
  return {
    trainableParameters,
    totalParameters: testBase.parameters,
    bytes: { ...bytes, total },
    dispatches: 214,
    ...(probe ? { seconds: recipe.training.steps * 0.41 } : {}),
  }
}

const answers = (after: boolean, total: number): readonly Answer[] =>
  Array.from({ length: total }, (_, i) => {
    const correct = after ? i % 4 !== 1 : i % 9 === 0
    const expected = `Ahoy, answer number ${i + 1} be here!`
    return { prompt: `Say it like a pirate: this is sentence ${i + 1}.`, expected, answer: correct ? expected : `This is sentence ${i + 1}.`, correct }
  })

const score = (when: 'before' | 'after', total: number): RunEvent => {
  const list = answers(when === 'after', total)
  return { type: 'score', when, metric: 'exact_match', correct: list.filter((a) => a.correct).length, total, answers: list }
}

/** Step `k` of a run that learns by formula. */
export function testStep(step: number, steps: number): RunEvent {
  const wobble = Math.sin(step * 12.9898) * 0.12 + Math.sin(step * 4.1) * 0.06
  return {
    type: 'step', step, steps,
    loss: 0.9 + 2.6 * Math.exp(-step / (steps / 4)) + wobble,
    learningRate: 0.001 * Math.min(1, step / 10) * 0.5 * (1 + Math.cos((Math.PI * step) / steps)),
    gradNorm: 0.7 + 1.6 * Math.exp(-step / (steps / 6)) + Math.abs(wobble),
    tokens: 1_640 + (step % 7) * 31,
    trainedTokens: 640,
    ms: 405 + (step % 5) * 6,
  }
}

export function testRecord(id: string, recipe: Recipe, part: Partial<RunRecord> = {}): RunRecord {
  return { id, recipe, createdAt: Date.UTC(2026, 10, 20, 14, 5), status: 'done', step: recipe.training.steps, hasAdapter: true, ...part }
}

export function testStudio(script: Script = {}): Studio {
  const pace = script.pace ?? 0
  const wait = (ms = pace): Promise<void> => new Promise((done) => setTimeout(done, ms))
  const records = new Map((script.runs ?? []).map((r) => [r.id, r]))
  const histories = new Map<string, RunEvent[]>()
  const asked = { pause: false, stop: false, quiet: false }

  async function loop(id: string, from: number, onEvent: (event: RunEvent) => void): Promise<Result<RunRecord>> {
    const record = records.get(id)
    if (!record) return fail({ code: 'storage', message: `There is no run ${id}.`, hint: 'Reload the page.' })
    const { steps, eval_steps, save_steps } = record.recipe.training
    const history = histories.get(id) ?? []
    histories.set(id, history)
    const emit = (event: RunEvent): void => {
      history.push(event)
      onEvent(event)
    }
    const phase = (name: Extract<RunEvent, { type: 'phase' }>['phase'], detail?: string): void =>
      emit({ type: 'phase', phase: name, at: 0, ...(detail === undefined ? {} : { detail }) })
    const update = (part: Partial<RunRecord>): RunRecord => {
      const next = { ...(records.get(id) ?? record), ...part }
      records.set(id, next)
      return next
    }
    asked.pause = false
    asked.stop = false
    phase('compiling', '12 kernels')
    emit({ type: 'plan', plan: testPlan(record.recipe, true) })
    await wait()
    if (from === 0 && record.recipe.evaluation.rows > 0) {
      phase('scoring')
      emit({ type: 'scoring', when: 'before', done: record.recipe.evaluation.rows, total: record.recipe.evaluation.rows })
      emit(score('before', record.recipe.evaluation.rows))
    }
    phase('training')
    let step = from
    while (step < steps && !asked.stop) {
      if (asked.pause) {
        update({ status: 'paused', step })
        phase('paused')
        while (asked.pause && !asked.stop) await wait(5)
        if (!asked.stop) phase('training')
        continue
      }
      step += 1
      const event = testStep(step, steps)
      emit(event)
      if (event.type === 'step') update({ status: 'running', step, lastLoss: event.loss })
      if (script.failAt === step) {
        const failure: Failure = { code: 'device-lost', message: `The GPU stopped answering at step ${step}.`, hint: 'Continue the run from its last checkpoint.', detail: 'device.lost: unknown' }
        update({ status: 'failed' })
        emit({ type: 'failure', failure })
        return fail(failure)
      }
      if (eval_steps > 0 && (step % eval_steps === 0 || step === steps)) {
        emit({ type: 'validation', step, loss: 1.05 + 2.4 * Math.exp(-step / (steps / 4)), tokens: 700 })
      }
      if (save_steps > 0 && step % save_steps === 0) {
        update({ checkpointStep: step, hasAdapter: true })
        emit({ type: 'checkpoint', step, bytes: 655_360 })
      }
      await wait()
    }
    phase('saving')
    const isDone = step === steps
    if (isDone && record.recipe.evaluation.rows > 0) emit(score('after', record.recipe.evaluation.rows))
    phase(isDone ? 'done' : 'stopped')
    const rows = record.recipe.evaluation.rows
    const scores = rows > 0 ? { before: 6 / 50, ...(isDone ? { after: 37 / 50 } : {}) } : {}
    return ok(update({ status: isDone ? 'done' : 'stopped', step, checkpointStep: step, hasAdapter: true, scores }))
  }

  return {
    device: async () =>
      script.noWebGpu
        ? fail({ code: 'no-webgpu', message: 'This browser offers no WebGPU.', hint: 'Open the page in Chrome or Edge 113 or newer; on Linux turn on chrome://flags/#enable-unsafe-webgpu.' })
        : ok({
            vendor: script.software ? 'google' : 'nvidia',
            architecture: script.software ? 'swiftshader' : 'hopper',
            description: script.software ? 'SwiftShader' : 'NVIDIA H100',
            software: script.software ?? false,
            maxBufferBytes: 2_147_483_648,
          }),
    methods: async () => testMethods,
    samples: async () => ok(testSamples),
    async openBuiltin(_id, onProgress) {
      if (script.modelFailure) return fail(script.modelFailure)
      for (let i = 1; i <= 4; i++) {
        onProgress((testBase.bytes * i) / 4, testBase.bytes)
        await wait()
      }
      return ok(testBase)
    },
    async openFolder(files, onProgress) {
      if (script.modelFailure) return fail(script.modelFailure)
      onProgress(1, 1)
      return ok({ ...testBase, id: files[0]?.path.split('/')[0] ?? 'folder', title: 'Dropped model' })
    },
    openSample: async (id, recipe) => (script.dataFailure ? fail(script.dataFailure) : ok(testDataset(id, recipe))),
    openFile: async (file, recipe) => (script.dataFailure ? fail(script.dataFailure) : ok({ ...testDataset(file.path, recipe), testRows: 0 })),
    describeData: async (recipe) => ok(testDataset(recipe.data.id, recipe)),
    async estimate(recipe, probe) {
      if (probe) await wait(pace * 4)
      return ok(testPlan(recipe, probe))
    },
    train(recipe, onEvent) {
      const id = `run-${records.size + 1}`
      records.set(id, testRecord(id, recipe, { status: 'running', step: 0, hasAdapter: false, createdAt: Date.now() }))
      return loop(id, 0, onEvent)
    },
    continueRun: (id, onEvent) => loop(id, records.get(id)?.checkpointStep ?? 0, onEvent),
    pause: async () => void (asked.pause = true),
    resume: async () => void (asked.pause = false),
    stop: async () => void (asked.stop = true),
    runs: async () => ok([...records.values()].toReversed()),
    async runEvents(id) {
      const record = records.get(id)
      const told = histories.get(id)
      if (told || !record) return ok(told ?? [])
      const { steps } = record.recipe.training
      const { rows } = record.recipe.evaluation
      const past: RunEvent[] = [score('before', rows), ...Array.from({ length: record.step }, (_, i) => testStep(i + 1, steps))]
      if (record.status === 'done') past.push(score('after', rows))
      return ok(past)
    },
    async deleteRun(id) {
      records.delete(id)
      return ok(true)
    },
    async generate(request, onText) {
      asked.quiet = false
      const text = request.which === 'tuned' ? "Arr, the hound scurried t' the shore, me hearty!" : 'The dog was very happy and it ran to the sea.'
      let said = ''
      for (const part of text.match(/\S+\s*/g) ?? []) {
        if (asked.quiet) return fail({ code: 'cancelled', message: 'Stopped.', hint: 'Ask again.' })
        await wait()
        said += part
        onText(part)
      }
      return ok(said)
    },
    stopGenerating: async () => void (asked.quiet = true),
    async exportRun(id) {
      const { makeZip } = await import('client-zip')
      const stream = makeZip(['adapter_config.json', 'adapter_model.safetensors', 'README.md', 'recipe.json'].map((name) => ({ name, input: name })))
      return ok({ name: `${id}.zip`, zip: await new Response(stream).blob() })
    },
  }
}
