import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { goldenRoot, leftOut, realFile } from '../../e2e/golden/goldenFiles.ts'
import type { Batch } from '../data/batches.ts'
import { testGpu } from '../engine/testGpu.ts'
import { toF32 } from '../files/dtype.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { fileSource, readFolder } from '../files/nodeSource.ts'
import { readHeader } from '../files/safetensors.ts'
import { attachAll } from '../methods/registry.ts'
import { adamwHyper } from '../optim/adamwHyper.ts'
import { schedule } from '../optim/schedule.ts'
import { mount, openModel, subjectOf } from './base.ts'
import { Learner, shapeOf } from './learner.ts'
import { initialValues, putWindow } from './params.ts'

/** What scripts/golden/verdict_curve.py wrote. */
interface Curve {
  readonly tokens: number
  readonly token_sum: number
  readonly lora: { readonly r: number; readonly lora_alpha: number }
  readonly optimizer: {
    readonly learning_rate: number
    readonly betas: readonly [number, number]
    readonly eps: number
    readonly weight_decay: number
    readonly max_grad_norm: number
    readonly warmup_steps: number
  }
  readonly steps: number
  readonly length: number
  readonly starts: readonly (readonly number[])[]
  readonly loss: readonly number[]
  readonly grad_norm: readonly number[]
  readonly lr: readonly number[]
}

/** Rows of T tokens that begin at the given places of the stream. */
function batchAt(stream: Int32Array, starts: readonly number[], T: number): Batch {
  const B = starts.length
  const batch = { tokens: new Int32Array(B * T), targets: new Int32Array(B * T).fill(-100), positions: new Int32Array(B * T) }
  starts.forEach((at, b) => {
    for (let t = 0; t < T; t++) {
      batch.tokens[b * T + t] = stream[at + t]
      batch.positions[b * T + t] = t
      if (t + 1 < T) batch.targets[b * T + t] = stream[at + t + 1]
    }
  })
  return { B, T, ...batch, segments: new Int32Array(B * T), rows: B, tokenCount: B * T, trainedTokens: B * (T - 1) }
}

it('a LoRA run on The Verdict follows the loss curve of PyTorch and PEFT', async (context) => {
  const [model, text] = ['stories260K/hf', 'txt-the-verdict/the-verdict.txt'].map(realFile)
  if (!model || !text) {
    console.log(leftOut('stories260K/hf with txt-the-verdict'))
    return context.skip(leftOut('stories260K/hf with txt-the-verdict'))
  }
  const golden = join(goldenRoot, 'stories260K')
  const curve = JSON.parse(await readFile(join(golden, 'verdict.json'), 'utf8')) as Curve
  const base = mount(openModel(await openModelFolder(await readFolder(model))), await testGpu())

  const stream = base.tokenizer().encode(await readFile(text, 'utf8'))
  expect(stream.length).toBe(curve.tokens)
  expect(stream.reduce((n, t, i) => n + ((i * t) % 65_537), 0)).toBe(curve.token_sum)

  const { r, lora_alpha } = curve.lora
  const subject = subjectOf(base, attachAll([{ id: 'lora', options: { r, lora_alpha } }], base.outline))
  await base.weights.load(subject.census.weights)
  const learner = await Learner.make(base, subject)
  try {
    const values = await initialValues(subject.layout, 0, (name) => base.weights.readF32(name))
    const source = await fileSource(join(golden, 'verdict.safetensors'))
    for (const { name, dtype, start, end } of (await readHeader(source)).entries.values()) {
      putWindow(values, subject.layout.windows.get(name)!, toF32(await source.read(start, end), dtype))
    }
    learner.params.write('values', values)

    const o = curve.optimizer
    const optimizer = { beta1: o.betas[0], beta2: o.betas[1], eps: o.eps, maxGradNorm: o.max_grad_norm }
    const { reached } = await learner.prepare(shapeOf(batchAt(stream, curve.starts[0], curve.length)), true)
    await learner.prepareUpdate(() => ({ lrScale: 1, weightDecay: o.weight_decay }), reached)
    let [worstLoss, worstNorm] = [0, 0]
    for (let step = 0; step < curve.steps; step++) {
      const batch = batchAt(stream, curve.starts[step], curve.length)
      const rate = o.learning_rate * schedule('cosine', step, o.warmup_steps, curve.steps)
      expect(rate).toBeCloseTo(curve.lr[step], 12)
      const { numbers } = await learner.step([batch], adamwHyper(optimizer, rate, step + 1), [0, step])
      const { losses, gradNorm } = await numbers
      worstLoss = Math.max(worstLoss, Math.abs(losses[0] / batch.trainedTokens - curve.loss[step]))
      worstNorm = Math.max(worstNorm, Math.abs(gradNorm / curve.grad_norm[step] - 1))
    }
    console.log(
      `The Verdict: worst loss difference ${worstLoss.toExponential(1)} nats, worst gradient norm ${worstNorm.toExponential(1)}`,
    )
    // The worst step is a few 1e-6 away on a software adapter; 1e-3 is what is promised for every adapter.
    expect(worstLoss).toBeLessThan(1e-3)
    expect(worstNorm).toBeLessThan(1e-3)
  } finally {
    await learner.dispose()
    base.weights.dispose()
  }
  expect(base.memory.bytes()).toBe(0)
})
