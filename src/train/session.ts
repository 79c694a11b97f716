// One run from recipe to adapter: load, score, train with checkpoints, score again, export. Says everything as events and
// keeps everything in storage, so that a page that closes loses at most one checkpoint interval.
// Invariant: a run continued from a checkpoint gives the same bytes as one that was never interrupted.
import type { Dataset } from '../data/dataset.ts'
import type { Metric, Phase, RunEvent } from '../protocol/event.ts'
import { Fault, toFailure, type Failure } from '../protocol/failure.ts'
import { defaults } from '../protocol/options.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { trainingOptions } from '../protocol/training.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { LoadedCheckpoint } from '../storage/checkpoints.ts'
import type { Storage } from '../storage/storage.ts'
import { Arrivals } from './arrivals.ts'
import { attachRecipe } from './attachRecipe.ts'
import { subjectOf, type Base } from './base.ts'
import type { Control } from './control.ts'
import { Course } from './course.ts'
import { estimate } from './estimate.ts'
import { EventLog } from './eventLog.ts'
import { exportRun, recipeFacts } from './exportRun.ts'
import { judge } from './judge.ts'
import { isKeptAlike, keptAs } from './keptAs.ts'
import { Learner, type TrainSubject } from './learner.ts'
import { LossWatch } from './lossWatch.ts'
import { objectiveOf, weightsFor } from './objective.ts'
import { offerRoom } from './offerRoom.ts'
import { offerSlower } from './offerSlower.ts'
import { Onlooker } from './onlooker.ts'
import { placeValues } from './placeValues.ts'
import { reportRun } from './reportRun.ts'
import { batchesOf, type HeldOut, type RunData, type TaskData } from './runData.ts'
import { recipeModel } from './recipeModel.ts'
import { runFacts } from './runFacts.ts'
import { taskFacts } from './taskFacts.ts'
import { BEST, ValidationWatch } from './validationWatch.ts'

export interface SessionInput {
  readonly runId: string
  readonly recipe: Recipe
  readonly base: Base
  readonly dataset: Dataset
  readonly test: Dataset | undefined
  /** The recipe's tasks, in its order; `dataset` is then all of them together. */
  readonly tasks?: readonly TaskData[]
  readonly storage: Storage
  readonly control: Control
  readonly version: string
  /** Peak learning rate of the steps so far, where the run is continued. */
  readonly wasRate?: number
  onEvent(event: RunEvent): void
}

/** Times at most that a run reads its gradient layer by layer. */
const LAYER_READINGS = 200

export async function runSession(input: SessionInput): Promise<RunRecord> {
  const { storage, runId } = input
  return storage.withRunLock(runId, async () => {
    // A run that an earlier version stored knows fewer options.
    const training = { ...defaults(trainingOptions), ...input.recipe.training }
    const session = new Session({ ...input, recipe: { ...input.recipe, training } })
    try {
      return await session.run()
    } catch (error) {
      return await session.fail(error)
    } finally {
      await session.dispose()
    }
  })
}

class Session {
  private readonly log: EventLog
  private readonly subject: TrainSubject
  private learner: Learner | undefined
  private lastLoss: number | undefined
  private validationLoss: number | undefined
  /** Step whose values are the result, where it is not the last one. */
  private takenStep: number | undefined
  private readonly scores: { metric?: Metric; before?: number; after?: number } = {}
  private step = 0
  private gpuBytes: number | undefined
  private readonly watch: ValidationWatch
  private readonly losses = new LossWatch()
  private readonly onlooker: Onlooker

  private readonly input: SessionInput

  constructor(given: SessionInput) {
    if (!isKeptAlike(given.base.kept, keptAs(given.recipe.base))) throw new Fault('internal', 'The base is not mounted as the recipe keeps its weights.', 'Mount it again.')
    const input = (this.input = { ...given, base: recipeModel(given.base, given.recipe) })
    this.log = new EventLog(input.storage, input.runId, input.onEvent)
    this.subject = subjectOf(input.base, attachRecipe(input.recipe, input.base))
    this.watch = new ValidationWatch(input.recipe.training)
    this.onlooker = new Onlooker({ base: input.base, source: input, say: (event) => this.log.say(event), cancelled: () => input.control.stopped })
  }

  private phase(phase: Phase, detail?: string): void {
    this.log.say({ type: 'phase', phase, at: Date.now(), ...(detail !== undefined && { detail }) })
  }

  async run(): Promise<RunRecord> {
    return this.work().catch(async (error: unknown) => {
      const { training } = this.input.recipe
      if (!(error instanceof Fault) || error.code !== 'diverged') throw offerRoom(error, training)
      // Values are known to be good once a step has run on them and its loss was calm.
      throw offerSlower(error, training, await this.input.storage.checkpoints.forgetFrom(this.input.runId, this.losses.lastCalm))
    })
  }

  private async work(): Promise<RunRecord> {
    const { base, recipe, storage, runId, control } = this.input
    const { training } = recipe
    this.phase('loading')
    const data = this.prepareData()
    this.watch.require(data.validation !== undefined && training.eval_steps > 0)
    const objective = objectiveOf(training)
    await base.weights.load(weightsFor(objective, base, this.subject))
    const learner = (this.learner = await Learner.make(base, this.subject, objective))

    this.phase('compiling')
    this.log.say({ type: 'plan', plan: estimate(base, recipe, data.train.shapes) })
    const saved = await storage.checkpoints.load(runId)
    const course = new Course(learner, training, data.train)
    await course.begin(saved?.step ?? 0)
    if (this.watch.keepsBest) await learner.params.add(new Map([[BEST, this.subject.layout.length]]))

    await this.restore(learner, saved)
    if (!saved) {
      await this.judge('before', learner)
      // Where the curve begins: the base's own loss, unless the method starts elsewhere.
      if (data.validation && training.eval_steps > 0) await this.validate(learner, data.validation)
      await this.onlooker.atEnd(learner, this.step, data)
    }

    if (!control.stopped) this.phase('training', course.text)
    await this.train(learner, course, data)

    this.phase('saving')
    const status = control.stopped && this.step < training.steps && !this.watch.over ? 'stopped' : 'done'
    if (status === 'done') this.takeBest(learner)
    await this.checkpoint(learner)
    if (!control.stopped) await this.judge('after', learner)
    await this.onlooker.atEnd(learner, this.step, data)
    if (!control.stopped) await this.report(learner, data)
    await storage.adapters.save(runId, await this.files(learner))
    this.phase(status)
    return this.record({ status, hasAdapter: true })
  }

  private prepareData(): RunData {
    const { base, recipe, dataset, tasks } = this.input
    const [problem] = dataset.problems
    if (problem) this.phase('loading', `${dataset.problemCount} ${dataset.problemCount === 1 ? 'row' : 'rows'} of ${dataset.name} left out; the first is line ${problem.line}: ${problem.reason}`)
    return batchesOf(base, recipe, tasks ?? dataset, this.subject.attachments)
  }

  /** Values and moments from the last committed checkpoint, or fresh ones. */
  private async restore(learner: Learner, saved: LoadedCheckpoint | undefined): Promise<void> {
    const { storage, runId, recipe } = this.input
    for (const sentence of saved?.passedOver ?? []) this.phase('loading', sentence)
    const taken = new Set([...this.subject.layout.windows.values()].flatMap(({ init }) => (init.kind === 'leading part' ? [init.name] : [])))
    if (!saved && taken.size > 0) this.phase('compiling', `${taken.size} weight matrices are decomposed to start from them`)
    await placeValues(learner, recipe.seed, saved)
    await this.log.rewind(saved?.step ?? -1)
    if (!saved) return
    const record = await storage.runs.get(runId)
    Object.assign(this.scores, record?.scores)
    this.lastLoss = record?.lastLoss
    const events = await storage.runs.events(runId)
    this.validationLoss = events.findLast((e) => e.type === 'validation')?.loss
    this.watch.restore(events, saved.step)
    this.losses.restore(events, saved.step)
    this.step = saved.step
    const { wasRate: was = recipe.training.learning_rate } = this.input
    if (was !== recipe.training.learning_rate) this.log.say({ type: 'rate', step: this.step, was, is: recipe.training.learning_rate })
  }

  private async train(learner: Learner, course: Course, data: RunData): Promise<void> {
    const { recipe, control } = this.input
    const t = recipe.training
    const k = t.gradient_accumulation_steps
    const arrivals = new Arrivals(learner)
    const readEvery = Math.ceil(t.steps / LAYER_READINGS)
    let due = false
    for (let step = this.step; step < t.steps && !this.watch.over; step++) {
      if (control.paused) {
        await arrivals.drain()
        await this.checkpoint(learner)
        this.phase('paused')
        await control.gate()
        if (!control.stopped) this.phase('training', course.text)
      }
      if (control.stopped) break
      if (course.turnsAt(step)) {
        await arrivals.drain()
        await course.turn(step)
        this.phase('training', course.text)
      }
      const batches = Array.from({ length: k }, (_, j) => data.train.batch(step * k + j))
      const { learningRate, hyper } = await course.numbers(step)
      const { hold } = arrivals
      const { numbers } = await learner.step(batches, hyper, [recipe.seed, step], { layers: (step + 1) % readEvery === 0, hold })
      const tokens = batches.reduce((n, b) => n + b.tokenCount, 0)
      const trainedTokens = batches.reduce((n, b) => n + b.trainedTokens, 0)
      await arrivals.add(numbers, hold, ({ losses, gradNorm, layers, ms }) => {
        const loss = losses.reduce((n, l) => n + l, 0) / Math.max(1, trainedTokens)
        this.stepDone(step + 1, loss, { learningRate, gradNorm, tokens, trainedTokens, ms })
        if (layers) this.log.say({ type: 'layers', step: step + 1, layers: learner.base.outline.layers, norms: layers })
      })
      const done = step + 1
      const validate = data.validation && t.eval_steps > 0 && (done % t.eval_steps === 0 || done === t.steps)
      due ||= t.save_steps > 0 && done % t.save_steps === 0
      if (validate || due) await arrivals.drain()
      // While the loss is far off, the last good checkpoint stays the last.
      const save = due && done < t.steps && !this.losses.strays
      if (validate) await this.validate(learner, data.validation!)
      if (validate && this.watch.over && done < t.steps) this.log.say({ type: 'early-stop', step: done, patience: t.early_stopping_patience, best: this.watch.best! })
      if (save) {
        await this.checkpoint(learner)
        due = false
      }
      if (this.onlooker.isDue(done)) {
        await arrivals.drain()
        await this.onlooker.sample(learner, done)
      }
    }
    await arrivals.drain()
  }

  private stepDone(step: number, loss: number, rest: { learningRate: number; gradNorm: number; tokens: number; trainedTokens: number; ms: number }): void {
    this.losses.requireNumbers(step, loss, rest.gradNorm)
    this.step = step
    this.lastLoss = loss
    this.log.say({ type: 'step', step, steps: this.input.recipe.training.steps, loss, ...rest })
    this.sayMemory()
    this.losses.hear(step, loss)
    if (this.input.recipe.training.stop_on_divergence) this.losses.requireNear()
  }

  private sayMemory(): void {
    const bytes = this.input.base.memory.bytes()
    if (bytes !== this.gpuBytes) this.log.say({ type: 'memory', bytes: (this.gpuBytes = bytes) })
  }

  private async validate(learner: Learner, validation: readonly HeldOut[]): Promise<void> {
    const began = performance.now()
    const found: { name?: string; loss: number; tokens: number }[] = []
    for (const { name, plan } of validation) {
      const batches = Array.from({ length: plan.batchesPerEpoch }, (_, i) => plan.batch(i))
      found.push({ ...(name !== undefined && { name }), ...(await learner.evaluate(batches)) })
    }
    const loss = found.reduce((n, f) => n + f.loss, 0) / found.length
    const tasks = found.flatMap(({ name, ...rest }) => (name === undefined ? [] : [{ name, ...rest }]))
    this.validationLoss = loss
    if (this.watch.hear(this.step, loss) && this.watch.keepsBest) learner.params.copy('values', BEST)
    this.log.say({ type: 'validation', step: this.step, loss, tokens: found.reduce((n, f) => n + f.tokens, 0), ms: performance.now() - began, ...(tasks.length > 0 && { tasks }) })
  }

  /** At the end of a run the values of the best validation take the place of the last ones. */
  private takeBest(learner: Learner): void {
    const { best, keepsBest } = this.watch
    if (!best || !keepsBest) return
    learner.params.copy(BEST, 'values')
    this.validationLoss = best.loss
    this.takenStep = best.step
    this.log.say({ type: 'best', ...best })
  }

  private async checkpoint(learner: Learner): Promise<void> {
    const { storage, runId } = this.input
    const parts = new Map<string, Uint8Array>()
    for (const which of learner.params.lasting) parts.set(which, new Uint8Array((await learner.params.read(which)).buffer))
    await this.log.flush()
    const bytes = await storage.checkpoints.save(runId, this.step, parts)
    await storage.runs.update(runId, { step: this.step, hasAdapter: true, ...(this.lastLoss !== undefined && { lastLoss: this.lastLoss }) })
    this.log.say({ type: 'checkpoint', step: this.step, bytes, at: Date.now() })
  }

  private async judge(when: 'before' | 'after', learner: Learner): Promise<void> {
    const { base, recipe, test, tasks, control } = this.input
    if (recipe.evaluation.rows === 0) return
    const verdict = await judge(base, learner, {
      recipe,
      tests: tasks ?? [{ test }],
      onStart: () => this.phase('scoring'),
      onProgress: (done, total) => this.log.say({ type: 'scoring', when, done, total }),
      cancelled: () => control.stopped,
    })
    if (!verdict) return
    const { answers, correct, total, share, metric, unit, entities, tasks: byTask } = verdict
    if (answers.length > 0) Object.assign(this.scores, { metric, [when]: share })
    await this.input.storage.runs.update(this.input.runId, { scores: { ...this.scores } })
    this.log.say({ type: 'score', when, metric, correct, total, answers, ...(unit && { unit }), ...(entities && { entities }), ...(byTask && { tasks: byTask }) })
  }

  private async report(learner: Learner, { validation }: RunData): Promise<void> {
    const { base, recipe, control, storage, runId } = this.input
    if (recipe.evaluation.rows === 0) return
    this.phase('scoring', 'the base and the tuned model read held-out rows and general text')
    await this.log.flush()
    const report = await reportRun({ base, learner, recipe, validation, events: await storage.runs.events(runId), cancelled: () => control.stopped })
    if (report) this.log.say({ type: 'report', report })
  }

  private async files(learner: Learner): Promise<Map<string, Uint8Array>> {
    const { base, recipe, dataset, tasks, version, storage, runId } = this.input
    await this.log.flush()
    const events = await storage.runs.events(runId)
    return exportRun(base, {
      values: await learner.params.read('values'),
      layout: this.subject.layout,
      attachments: this.subject.attachments,
      facts: {
        ...recipeFacts(recipe, version),
        // Where it lay is nobody else's business.
        dataName: dataset.name.split(/[\\/]/).at(-1)!,
        dataSha256: dataset.sha256,
        rows: dataset.rows.length,
        steps: this.step,
        ...(this.lastLoss !== undefined && { trainLoss: this.lastLoss }),
        ...(this.validationLoss !== undefined && { validationLoss: this.validationLoss }),
        ...(this.takenStep !== undefined && { valuesOfStep: this.takenStep }),
        ...runFacts(events),
        scores: this.scores,
        ...(tasks && recipe.data.tasks && { tasks: taskFacts(recipe.data.tasks, tasks, events) }),
      },
    })
  }

  private async record(fields: Partial<RunRecord>): Promise<RunRecord> {
    const { storage, runId } = this.input
    await this.log.flush()
    await storage.runs.update(runId, {
      step: this.step,
      ...(this.lastLoss !== undefined && { lastLoss: this.lastLoss }),
      ...(Object.keys(this.scores).length > 0 && { scores: this.scores }),
      ...fields,
    })
    return (await storage.runs.get(runId))!
  }

  /** What was saved stays; the run can continue from its last checkpoint. */
  async fail(error: unknown): Promise<RunRecord> {
    const { lost } = this.input.base.gpu
    const failure: Failure = lost.happened
      ? { code: 'device-lost', message: `The GPU stopped answering at step ${this.step}.`, hint: 'The run continues from its last checkpoint; if this repeats, choose a smaller batch.', detail: lost.reason }
      : toFailure(error)
    this.log.say({ type: 'failure', failure })
    this.phase('failed', failure.message)
    return this.record({ status: 'failed' })
  }

  async dispose(): Promise<void> {
    await this.learner?.dispose()
  }
}

