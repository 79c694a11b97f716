// A scripted Studio for tests and for the test build of the page: it answers at once, trains by formula and keeps its
// runs in memory. The product never imports it.
import type { RunEvent } from '../protocol/event.ts'
import type { Failure } from '../protocol/failure.ts'
import type { BaseInfo, GenerateRequest, Result, RunRecord, Studio } from '../protocol/studio.ts'
import { testAdapters } from './testAdapters.ts'
import { testLibrary } from './testLibrary.ts'
import { testTakeAway } from './testTakeAway.ts'
import { testKeep } from './testKeep.ts'
import { testMachine } from './testMachine.ts'
import { TEST_ROWS, testBase, testDataset, testPlan, testRecord, testSamples, testScore, testStep } from './testFixtures.ts'
import { testReport } from './testReport.ts'
import { testRows } from './testRows.ts'
import { testMethods, testPresets, testSize } from './testMethods.ts'
import { testAnswers, testLayers, testReading } from './testWatch.ts'

export interface Script {
  /** Milliseconds per training step, and before each answer. */
  readonly pace?: number
  /** A run goes no further than this step before somebody pauses it. */
  readonly holdAt?: number
  /** The tuned answer goes no further than its third word before its adapters are switched. */
  readonly holdAnswer?: boolean
  readonly software?: boolean
  readonly noWebGpu?: boolean
  readonly modelFailure?: Failure
  /** The GPU gives a third of what a plan wants. */
  readonly noRoom?: boolean
  readonly dataFailure?: Failure
  /** Of the dataset, instead of a sample's few hundred. */
  readonly rows?: number
  /** Fails the run after this many steps. */
  readonly failAt?: number
  /** The loss of a run at its first learning rate stops being a number after this many steps. */
  readonly divergeAt?: number
  readonly runs?: readonly RunRecord[]
}

const ok = <T>(value: T): Result<T> => ({ ok: true, value })
const fail = (failure: Failure): { readonly ok: false; readonly failure: Failure } => ({ ok: false, failure })

export function testStudio(script: Script = {}): Studio {
  const pace = script.pace ?? 0
  const wait = (ms = pace): Promise<void> => new Promise((done) => setTimeout(done, ms))
  const records = new Map((script.runs ?? []).map((r) => [r.id, r]))
  const histories = new Map<string, RunEvent[]>()
  const asked = { pause: false, stop: false, quiet: false, switched: false }
  let dropped: BaseInfo | undefined

  async function loop(id: string, from: number, onEvent: (event: RunEvent) => void): Promise<Result<RunRecord>> {
    const record = records.get(id)
    if (!record) return fail({ code: 'storage', message: `There is no run ${id}.`, hint: 'Reload the page.' })
    const { steps, eval_steps, save_steps, learning_rate } = record.recipe.training
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
      emit(testScore('before', record.recipe.evaluation.rows))
    }
    const { sampleSteps = 0 } = record.recipe.evaluation
    if (sampleSteps > 0 && from === 0) emit(testAnswers(0))
    if (eval_steps > 0 && from === 0) emit(testReading(0, steps))
    phase('training')
    emit({ type: 'memory', bytes: 118_489_088 })
    let step = from
    let wasPaused = false
    while (step < steps && !asked.stop) {
      if (asked.pause) {
        wasPaused = true
        update({ status: 'paused', step, checkpointStep: step })
        phase('paused')
        while (asked.pause && !asked.stop) await wait(5)
        if (!asked.stop) phase('training')
        continue
      }
      if (step === script.holdAt && !wasPaused) {
        await wait(5)
        continue
      }
      step += 1
      const event = testStep(step, steps)
      emit(event)
      if (event.type === 'step') update({ status: 'running', step, lastLoss: event.loss })
      if (script.failAt === step) {
        const failure: Failure = {
          code: 'device-lost',
          message: `The GPU stopped answering at step ${step}.`,
          hint: 'Continue the run from its last checkpoint.',
          detail: 'device.lost: unknown',
        }
        update({ status: 'failed' })
        emit({ type: 'failure', failure })
        return fail(failure)
      }
      if (script.divergeAt === step && learning_rate >= 0.001) {
        const good = records.get(id)?.checkpointStep
        const rate = Number((learning_rate / 3).toPrecision(2))
        const failure: Failure = {
          code: 'diverged',
          message: `The loss stopped being a number at step ${step}.`,
          hint: 'Go on from the last checkpoint from before that at a lower learning rate, or train anew at one.',
          remedies: [...(good === undefined ? [] : [{ kind: 'continue', step: good, learning_rate: rate } as const]), { kind: 'training', name: 'learning_rate', value: rate }],
        }
        emit({ type: 'failure', failure })
        phase('failed', failure.message)
        return ok(update({ status: 'failed' }))
      }
      if (step % Math.ceil(steps / 200) === 0) emit(testLayers(step))
      if (sampleSteps > 0 && (step % sampleSteps === 0 || step === steps)) emit(testAnswers(step))
      if (eval_steps > 0 && (step % eval_steps === 0 || step === steps)) {
        emit({ type: 'validation', step, loss: 1.05 + 2.4 * Math.exp(-step / (steps / 4)), tokens: 700 })
      }
      if (save_steps > 0 && step % save_steps === 0) {
        update({ checkpointStep: step, hasAdapter: true })
        emit({ type: 'checkpoint', step, bytes: 655_360, at: Date.now() })
      }
      await wait()
    }
    phase('saving')
    emit({ type: 'checkpoint', step, bytes: 655_360, at: Date.now() })
    const isDone = step === steps
    if (isDone && eval_steps > 0) emit(testReading(step, steps))
    if (isDone && record.recipe.evaluation.rows > 0) for (const event of [testScore('after', record.recipe.evaluation.rows), testReport(record.recipe.evaluation.rows)]) emit(event)
    phase(isDone ? 'done' : 'stopped')
    const rows = record.recipe.evaluation.rows
    const scores = rows > 0 ? { before: 6 / 50, ...(isDone ? { after: 37 / 50 } : {}) } : {}
    return ok(update({ status: isDone ? 'done' : 'stopped', step, checkpointStep: step, hasAdapter: true, scores }))
  }

  return {
    ...testAdapters(() => records.values()),
    async switchAdapters() {
      asked.switched = true
      return ok(true)
    },
    ...testTakeAway(() => wait()),
    ...testLibrary(wait, () => dropped),
    ...testMachine(wait, script.noRoom),
    ...testKeep(records),
    ...testRows(script.rows ?? TEST_ROWS, wait),
    device: async () =>
      script.noWebGpu
        ? fail({
            code: 'no-webgpu',
            message: 'This browser offers no WebGPU.',
            hint: 'Open the page in Chrome or Edge 113 or newer; on Linux turn on chrome://flags/#enable-unsafe-webgpu.',
          })
        : ok({
            vendor: script.software ? 'google' : 'nvidia',
            architecture: script.software ? 'swiftshader' : 'hopper',
            description: script.software ? 'SwiftShader' : 'NVIDIA H100',
            software: script.software ?? false,
            maxBufferBytes: 2_147_483_648,
          }),
    methods: async () => testMethods,
    presets: async () => testPresets,
    methodSizes: async (_recipe, lists) => ok(lists.map(testSize)),
    samples: async () => ok(testSamples),
    keepWeights: async () => ok(true as const),
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
      const { storedAs: _none, ...info } = testBase
      dropped = { ...info, id: files[0]?.path.split('/')[0] ?? 'folder', title: 'Dropped model', bytesToKeep: testBase.bytes }
      return ok(dropped)
    },
    openSample: async (id, recipe) => (script.dataFailure ? fail(script.dataFailure) : ok({ ...testDataset(id, recipe), rows: script.rows ?? TEST_ROWS })),
    openFile: async (file, recipe, test) =>
      script.dataFailure ? fail(script.dataFailure) : ok({ ...testDataset(file.path, recipe), testRows: test ? 20 : 0 }),
    async openTasks(recipe) {
      const tasks = recipe.data.tasks ?? []
      const { format, rows, trainedTokens } = testDataset('', recipe)
      return script.dataFailure ? fail(script.dataFailure) : ok({ ...testDataset(tasks.map((t) => t.name).join(', '), recipe), tasks: tasks.map(({ name }) => ({ name, format, rows, testRows: 20, trainedTokens })) })
    },
    describeData: async (recipe) => ok({ ...testDataset(recipe.data.id, recipe), rows: script.rows ?? TEST_ROWS }),
    async estimate(recipe, probe) {
      if (probe) await wait(pace * 4)
      return ok(testPlan(recipe, probe))
    },
    train(recipe, onEvent) {
      const id = `run-${records.size + 1}`
      records.set(id, testRecord(id, recipe, { status: 'running', step: 0, hasAdapter: false, createdAt: Date.now() }))
      return loop(id, 0, onEvent)
    },
    continueRun(id, onEvent, learningRate) {
      const record = records.get(id)
      if (record && learningRate !== undefined) {
        const { training } = record.recipe
        records.set(id, { ...record, recipe: { ...record.recipe, training: { ...training, learning_rate: learningRate } } })
        const step = record.checkpointStep ?? 0
        const event: RunEvent = { type: 'rate', step, was: training.learning_rate, is: learningRate }
        histories.set(id, [...(histories.get(id) ?? []), event])
        onEvent(event)
      }
      return loop(id, record?.checkpointStep ?? 0, onEvent)
    },
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
      const past: RunEvent[] = [
        { type: 'plan', plan: testPlan(record.recipe, true) },
        testScore('before', rows),
        ...Array.from({ length: record.step }, (_, i) => testStep(i + 1, steps)),
      ]
      past.push(...[0.25, 0.5, 0.75, 1].flatMap((part): RunEvent[] => (part * steps <= record.step ? [{ type: 'validation', step: part * steps, loss: 1.05 + 2.4 * Math.exp(-4 * part), tokens: 700 }] : [])))
      if (record.status === 'done') past.push(testScore('after', rows), testReport(rows))
      return ok(past)
    },
    async deleteRun(id) {
      records.delete(id)
      return ok(true)
    },
    async generate(request, onText) {
      asked.quiet = false
      asked.switched = false
      const isHeld = (): boolean => script.holdAnswer === true && request.adapters.length > 0 && said.split(' ').length > 3 && !asked.switched && !asked.quiet
      const text =
        request.adapters.length > 0
          ? "Arr, the hound scurried t' the shore, me hearty!"
          : 'The dog was very happy and it ran to the sea.'
      let said = ''
      for (const part of text.match(/\S+\s*/g) ?? []) {
        if (asked.quiet) return fail({ code: 'cancelled', message: 'Stopped.', hint: 'Ask again.' })
        await wait()
        while (isHeld()) await wait(5)
        said += part
        const sure = 0.9 - (said.length % 7) / 10
        const top = [part, 'the ', 'a\n', '<b>'].map((other, i) => ({ text: other, probability: i === 0 ? sure : (1 - sure) / 2 ** (i + 1) }))
        onText(part, 0, request.topTokens ? { text: part, probability: sure, top } : undefined)
      }
      return ok(said)
    },
    generateBeside(requests, onText, onEnd) {
      const one = async (request: GenerateRequest, i: number): Promise<Result<string>> => {
        const result = await this.generate(request, (...said) => onText(i, ...said))
        onEnd(i, result)
        return result
      }
      return Promise.all(requests.map(one))
    },
    stopGenerating: async () => void (asked.quiet = true),
    async exportRun(id) {
      const { makeZip } = await import('client-zip')
      const stream = makeZip(
        ['adapter_config.json', 'adapter_model.safetensors', 'README.md', 'recipe.json'].map((name) => ({ name, input: name })),
      )
      return ok({ name: `${id}.zip`, zip: await new Response(stream).blob() })
    },
    async exportOnnx({ name, dtype }) {
      await wait()
      const file = new File(['graph'], dtype === 'fp16' ? 'model_fp16.onnx' : 'model.onnx')
      return ok({ name: `${name}-onnx.zip`, zip: new Blob(['onnx']), model: [{ path: file.name, file }] })
    },
    async verifyOnnx({ prompts, provider, dtype }) {
      await wait()
      const answers = prompts.map((prompt) => ({ prompt, studio: 'the same', onnx: 'the same' }))
      return ok({ provider, dtype, largestLogitDifference: 1.3e-5, largestLogit: 23.2, compared: 98_304, sameText: true, answers })
    },
  }
}
