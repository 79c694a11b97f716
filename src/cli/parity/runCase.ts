// One golden case on WebGPU: logits, loss, every gradient and the whole AdamW trajectory against PyTorch.
import type { Batch } from '../../data/batches.ts'
import type { Gpu } from '../../gpu/device.ts'
import type { Attachment } from '../../methods/method.ts'
import { attachPeft, attachAll } from '../../methods/registry.ts'
import { families } from '../../families/registry.ts'
import { methods } from '../../methods/registry.ts'
import { adamwHyper } from '../../optim/adamwHyper.ts'
import { mount, openModel, subjectOf, type Base } from '../../train/base.ts'
import { computeLogits } from '../../train/computeLogits.ts'
import { Decoder } from '../../train/decoder.ts'
import { generate } from '../../train/generate.ts'
import { Learner, shapeOf } from '../../train/learner.ts'
import { initialValues, putWindow, takeWindow } from '../../train/params.ts'
import { GREEDY } from '../../train/sampleToken.ts'
import { compare, compareNumber, type Comparison } from './compare.ts'
import { compareAdapter } from './compareAdapter.ts'
import { startOfCase } from './startOfCase.ts'
import { flatRows, goldenBatch, pooledRows, type Counted } from './goldenBatch.ts'
import { mergedLogits } from './mergedLogits.ts'
import type { GoldenCase, Noise, Stored } from './readCase.ts'

export interface Verdict {
  readonly status: 'passed' | 'failed' | 'skipped'
  readonly line: string
}

/** The worst of several comparisons, with the name of the tensor. */
class Worst {
  share = 0
  error = 0
  name = ''
  add(name: string, c: Comparison): void {
    if (c.share >= this.share) [this.share, this.name] = [c.share, name]
    this.error = Math.max(this.error, c.error)
  }
}

const show = (label: string, w: Worst, named = false): string => `${label} ${w.error.toExponential(1)} [${w.share.toFixed(2)}]${named && w.name ? ` ${w.name}` : ''}`

export async function runCase(gpu: Gpu, golden: GoldenCase): Promise<Verdict> {
  const { json, model } = golden
  if (!families.has(model.modelType)) return { status: 'skipped', line: `model type ${model.modelType} is not supported` }
  if (json.task !== 'CAUSAL_LM' && json.task !== 'SEQ_CLS') return { status: 'skipped', line: `task ${json.task} is not supported` }
  const base = mount(openModel(model), gpu)
  try {
    const attachments = json.method === 'base' ? [] : attach(golden, base)
    if (!attachments) return { status: 'skipped', line: `method ${json.method} is not supported` }
    return json.method === 'base' ? await inference(golden, base) : await training(golden, base, attachments)
  } finally {
    base.weights.dispose()
  }
}

function attach({ json, adapterConfig, bottleneckConfig: b }: GoldenCase, base: Base): Attachment[] | undefined {
  if (b) {
    const architecture = b['is_parallel'] === true ? 'par_bn' : b['mh_adapter'] === true ? 'double_seq_bn' : 'seq_bn'
    const options = { architecture, reduction_factor: Number(b['reduction_factor']), non_linearity: String(b['non_linearity']) }
    return attachAll([{ id: 'bottleneck', options }], base.outline)
  }
  if (adapterConfig) {
    // AdaLoRA's file says what is left at the end; training starts with every rank.
    const config = adapterConfig['peft_type'] === 'ADALORA' ? { ...adapterConfig, rank_pattern: null } : adapterConfig
    return [attachPeft(config, base.outline)]
  }
  const id = [...methods.keys()].find((m) => json.method === m || json.method.startsWith(`${m}_`))
  return id ? attachAll([{ id, options: {} }], base.outline) : undefined
}

/** Families whose positions count tokens instead of places: those the mask shows, or those that are not padding. */
const countedBy = ({ family, folder }: Base): Counted =>
  family.id === 'opt' ? 'shown' : family.id === 'roberta' ? { otherThan: Number(folder.config['pad_token_id'] ?? 1) } : undefined

const batchOf = ({ json, tensors }: GoldenCase, base: Base, name: string): Batch =>
  goldenBatch(tensors, name, countedBy(base), json.task === 'SEQ_CLS' ? (base.family.pooled ?? 'last') : undefined)

/** Where the stored logits were taken; a classifier's say nothing, and are those of every sequence. */
const rowsOf = (positions: Stored | undefined, batch: Batch): Int32Array<ArrayBuffer> => (positions && positions.shape[0] > 0 ? flatRows(positions, batch.T) : pooledRows(batch))

async function inference(golden: GoldenCase, base: Base): Promise<Verdict> {
  const { json, tensors } = golden
  const subject = subjectOf(base, [])
  await base.weights.load(subject.census.weights)
  const learner = await Learner.make(base, subject)
  const [logits, loss] = [new Worst(), new Worst()]
  try {
    for (const [name, expected] of Object.entries(json.loss as Readonly<Record<string, number>>)) {
      const batch = batchOf(golden, base, name)
      const noise = json.f32_noise[name] as { readonly logits: Noise; readonly loss: number }
      const rows = rowsOf(tensors.get(`${name}/logit_positions`), batch)
      logits.add(name, compare(await computeLogits(base, subject, undefined, batch, rows), tensors.get(`${name}/logits`)!.data, noise.logits))
      loss.add(name, compareNumber((await learner.evaluate([batch])).loss, expected, noise.loss))
    }
    const text = await greedy(json, base, subject, undefined)
    return verdict([logits, loss], `${show('logits', logits, true)}  ${show('loss', loss)}  greedy ${text}`, text)
  } finally {
    await learner.dispose()
  }
}

async function training(golden: GoldenCase, base: Base, attachments: readonly Attachment[]): Promise<Verdict> {
  const { json, tensors } = golden
  const h = json.hyperparameters!
  const subject = subjectOf(base, attachments)
  const stray = keyProblems(json.trainable!, subject)
  if (stray) return { status: 'failed', line: stray }
  await base.weights.load(subject.census.weights)
  const learner = await Learner.make(base, subject)
  try {
    const flat = await initialValues(subject.layout, 0, (name) => base.weights.readF32(name))
    // Absent: the tensor starts as it is in the checkpoint.
    for (const w of subject.layout.windows.values()) {
      const start = tensors.get(`init/${w.key}`) ?? (w.frozen ? golden.adapterTensors.get(w.key) : undefined)
      if (start) putWindow(flat, w, start.data as Float32Array)
    }
    const adapter = new Worst()
    for (const [name, c] of await startOfCase(golden, subject.layout, flat, (key) => base.weights.readF32(key))) adapter.add(name, c)
    learner.params.write('values', flat)

    const batches = [0, 1, 2].map((i) => batchOf(golden, base, `batch${i}`))
    const rows = rowsOf(tensors.get('logit_positions'), batches[0])
    const compareLogits = async (name: string): Promise<Comparison> =>
      compare(await computeLogits(base, subject, learner.params, batches[0], rows), tensors.get(name)!.data, logitNoise(json, name, tensors.get(name)!.data))
    const [logits, loss, gradients, trajectory] = [new Worst(), new Worst(), new Worst(), new Worst()]
    logits.add('logits_init', await compareLogits('logits_init'))

    const { reached } = await learner.prepare(shapeOf(batches[0]), true)
    const peak = json.param_groups![0].lr
    const groupOf = new Map(json.param_groups!.flatMap((g) => g.names.map((name) => [name, { lrScale: g.lr / peak, weightDecay: g.weight_decay }] as const)))
    await learner.prepareUpdate((w) => groupOf.get(w.key) ?? { lrScale: 0, weightDecay: 0 }, reached, h.steps)

    const k = h.gradient_accumulation_steps
    const expectedLosses = json.loss as readonly number[]
    const skipped = new Set([...(json.null_gradient ?? []), ...(json.no_gradient ?? [])])
    for (let step = 0; step < h.steps; step++) {
      const micro = Array.from({ length: k }, (_, j) => batches[(k * step + j) % 3])
      const trained = micro.reduce((n, b) => n + b.trainedTokens, 0)
      if (step === 0) {
        // The first step's gradients are read before the update clears them.
        for (const b of micro) await learner.accumulate(b, 1 / trained, [0, 0])
        await learner.penalise()
        const found = await learner.params.read('gradient')
        const noise = json.f32_noise['grad'] as Readonly<Record<string, Noise>>
        for (const w of subject.layout.windows.values()) {
          const expected = tensors.get(`grad/${w.key}`)
          if (expected && !skipped.has(w.key)) gradients.add(w.key, compare(takeWindow(found, w), expected.data, noise[w.key]))
        }
        learner.params.write('gradient', new Float32Array(subject.layout.length))
      }
      const rate = json.lr![step]
      const hyper = adamwHyper({ beta1: h.betas[0], beta2: h.betas[1], eps: h.eps, maxGradNorm: h.max_grad_norm }, rate, step + 1)
      const { numbers } = await learner.step(micro, hyper, [0, step])
      const { losses, gradNorm, penalty } = await numbers
      loss.add(`step ${step + 1}`, compareNumber(losses.reduce((n, l) => n + l, 0) / trained + penalty, expectedLosses[step], json.f32_noise['loss'] as number, Math.max(...expectedLosses)))
      trajectory.add(`gradient norm of step ${step + 1}`, compareNumber(gradNorm, json.grad_norm![step], 1e-5))
    }
    const final = await learner.params.read('values')
    const noise = (json.f32_noise['final'] ?? {}) as Readonly<Record<string, Noise>>
    for (const w of subject.layout.windows.values()) {
      const expected = tensors.get(`final/${w.key}`)
      if (expected && !skipped.has(w.key)) trajectory.add(w.key, compare(takeWindow(final, w), expected.data, noise[w.key]))
    }
    logits.add('logits_final', await compareLogits('logits_final'))
    const merged = new Worst()
    const unloaded = tensors.get('logits_merged')?.data
    if (unloaded) merged.add('logits_merged', compare(await mergedLogits(base, subject, learner, batches[0], rows), unloaded, logitNoise(json, 'logits_merged', unloaded)))
    const read = (key: string): Float32Array | undefined => subject.layout.windows.get(key) && takeWindow(final, subject.layout.windows.get(key)!)
    for (const [name, c] of compareAdapter(golden, attachments[0], read, subject.layout)) adapter.add(name, c)
    const text = await greedy(json, base, subject, learner)
    const line = `${show('logits', logits)}  ${show('loss', loss)}  ${show('gradients', gradients, true)}  ${show('trajectory', trajectory, true)}${unloaded ? `  ${show('merged', merged)}` : ''}${adapter.name ? `  ${show('adapter', adapter, true)}` : ''}  greedy ${text}`
    return verdict([logits, loss, gradients, trajectory, merged, adapter], line, text)
  } finally {
    await learner.dispose()
  }
}

/**
 * PyTorch's own noise in a case's logits. For those after training the kit stores none; the relative noise of the trained
 * tensors that make them stands in, as the least that the logits inherit.
 */
function logitNoise(json: GoldenCase['json'], name: string, logits: ArrayLike<number>): Noise {
  const stored = json.f32_noise[name] as Noise | undefined
  if (stored) return stored
  const relative = Math.max(0, ...Object.values((json.f32_noise['final'] ?? {}) as Readonly<Record<string, Noise>>).map((n) => n[1]))
  let largest = 0
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, Math.abs(logits[i]))
  return [relative * largest, relative]
}

/** Keys that should train and do not, or the other way round. */
function keyProblems(expected: Readonly<Record<string, readonly number[]>>, subject: ReturnType<typeof subjectOf>): string | undefined {
  const ours = new Map([...subject.layout.windows].filter(([, w]) => !w.frozen))
  const missing = Object.keys(expected).filter((key) => ours.get(key)?.shape.join() !== expected[key].join())
  const extra = [...ours.keys()].filter((key) => !(key in expected))
  if (missing.length + extra.length === 0) return undefined
  return `trainable tensors differ: missing or of another shape ${missing.join(', ') || 'none'}; unexpected ${extra.join(', ') || 'none'}`
}

async function greedy(json: GoldenCase['json'], base: Base, subject: ReturnType<typeof subjectOf>, learner: Learner | undefined): Promise<'same' | 'differs' | 'none'> {
  if (!json.greedy) return 'none'
  const { prompt_ids, new_ids } = json.greedy
  const decoder = await Decoder.make(base, subject, learner?.params, 1, prompt_ids.length + new_ids.length)
  try {
    const found: number[] = []
    for await (const { token } of generate(decoder, [Int32Array.from(prompt_ids)], { maxNewTokens: new_ids.length, sampling: GREEDY, stop: new Set() })) found.push(token)
    return found.join() === new_ids.join() ? 'same' : 'differs'
  } finally {
    decoder.dispose()
  }
}

function verdict(parts: readonly Worst[], line: string, text: string): Verdict {
  return { status: parts.every((w) => w.share <= 1) && text !== 'differs' ? 'passed' : 'failed', line }
}
