// Whether an exported model says the same in onnxruntime-web as its weights do in this studio's own engine: every logit of a few
// prompts, then greedy answers. The engine gets the merged model, mounted beside whatever is mounted already.
import type { Gpu } from '../gpu/device.ts'
import { argmax } from '../lib/argmax.ts'
import type { OnnxRunner } from '../onnx/onnxSession.ts'
import { Fault } from '../protocol/failure.ts'
import type { OnnxVerdict } from '../protocol/onnx.ts'
import { askedIds } from './askedIds.ts'
import { mount, openModel, subjectOf, type Base, type OpenModel } from './base.ts'
import { computeLogits } from './computeLogits.ts'
import { Decoder } from './decoder.ts'
import { generate } from './generate.ts'
import { generateOnnx } from './generateOnnx.ts'
import { mergedAdapters, type Weighted } from './mergeWeights.ts'
import { mergedModel } from './mergedModel.ts'
import { GREEDY } from './sampleToken.ts'
import { stopTokens } from './stopTokens.ts'

/** Tokens of a prompt whose logits are compared, and tokens of an answer: the runtime computes on one thread of the CPU. */
const LONGEST = 64
const NEW_TOKENS = 24

export interface VerifyOptions {
  readonly prompts: readonly string[]
  /** What a typed prompt must end with where the model has no chat template. */
  readonly promptEnd: string
}
export type Comparison = Pick<OnnxVerdict, 'largestLogitDifference' | 'largestLogit' | 'compared' | 'sameText' | 'answers'>

export async function verifyOnnx(gpu: Gpu, model: OpenModel, given: readonly Weighted[], runner: OnnxRunner, { prompts, promptEnd }: VerifyOptions): Promise<Comparison> {
  const base = mount(openModel(mergedModel(model, mergedAdapters(given))), gpu)
  try {
    const subject = subjectOf(base, [])
    await base.weights.load(subject.census.weights)
    const texts = prompts.map((prompt) => ({ prompt, ids: askedIds(base, prompt, promptEnd).slice(0, LONGEST) }))
    return await compare(base, texts.filter((t) => t.ids.length > 0), runner)
  } finally {
    base.weights.dispose()
  }
}

export interface Text {
  readonly prompt: string
  readonly ids: Int32Array<ArrayBuffer>
}

/** The same of token ids, on a base whose weights are loaded. */
export async function compare(base: Base, texts: readonly Text[], runner: OnnxRunner): Promise<Comparison> {
  const { taskType, contextLength } = base.family.dimensions(base.config)
  if (texts.length === 0) throw new Fault('bad-data', 'There is no prompt to compare answers to.', 'Type one, or open a dataset.')
  let [largestLogitDifference, largestLogit, compared] = [0, 0, 0]
  const answers: { readonly prompt: string; readonly studio: string; readonly onnx: string }[] = []
  const speaker = taskType === 'CAUSAL_LM' ? await greedyText(base, Math.min(contextLength, LONGEST + NEW_TOKENS)) : undefined
  let sameText = true
  try {
    for (const { prompt, ids } of texts) {
      const [studio, onnx] = [await logitsOf(base, ids, taskType === 'SEQ_CLS'), await runner.logits([...ids])]
      if (studio.length !== onnx.length) throw new Fault('bad-model', `The ONNX model answers with ${onnx.length} logits where the studio has ${studio.length}.`, 'Export it again.')
      compared += studio.length
      for (const [i, x] of studio.entries()) {
        largestLogit = Math.max(largestLogit, Math.abs(x))
        const difference = Math.abs(x - onnx[i])
        // What is no number is the largest difference there is, and nothing exceeds it.
        if (Number.isNaN(difference) || difference > largestLogitDifference) largestLogitDifference = difference
      }
      const answer = speaker ? await speaker.answers(ids, runner) : classes(base, studio, onnx)
      sameText &&= answer.same
      answers.push({ prompt, studio: answer.studio, onnx: answer.onnx })
    }
    return { largestLogitDifference, largestLogit, compared, sameText, answers }
  } finally {
    speaker?.dispose()
  }
}

/** All logits of a text; of its last or first place where that stands for the whole. */
function logitsOf(base: Base, ids: Int32Array<ArrayBuffer>, whole: boolean): Promise<Float32Array> {
  const T = ids.length
  const places = Int32Array.from({ length: T }, (_, i) => i)
  const rows = whole ? Int32Array.of(base.family.pooled === 'first' ? 0 : T - 1) : places
  return computeLogits(base, subjectOf(base, []), undefined, { B: 1, T, tokens: ids, positions: places, segments: new Int32Array(T) }, rows)
}

interface Answer {
  readonly same: boolean
  readonly studio: string
  readonly onnx: string
}

async function greedyText(base: Base, capacity: number): Promise<{ answers(ids: Int32Array, runner: OnnxRunner): Promise<Answer>; dispose(): void }> {
  const decoder = await Decoder.make(base, subjectOf(base, []), undefined, 1, capacity)
  const stop = stopTokens(base)
  const text = (ids: readonly number[]): string => base.tokenizer().decode(ids)
  return {
    async answers(ids, runner) {
      const studio: number[] = []
      const maxNewTokens = Math.min(NEW_TOKENS, capacity - ids.length)
      for await (const { token } of generate(decoder, [Int32Array.from(ids)], { maxNewTokens, sampling: GREEDY, stop })) studio.push(token)
      const onnx: number[] = []
      for await (const token of generateOnnx(runner, [...ids], { maxNewTokens, sampling: GREEDY, stop })) onnx.push(token)
      return { same: studio.join() === onnx.join(), studio: text(studio), onnx: text(onnx) }
    },
    dispose: () => decoder.dispose(),
  }
}

/** The most likely class of every row, by number. */
function classes(base: Base, studio: Float32Array, onnx: Float32Array): Answer {
  const { outputs } = base.family.dimensions(base.config)
  const named = (logits: Float32Array): string =>
    Array.from({ length: logits.length / outputs }, (_, row) => argmax(logits.subarray(row * outputs, (row + 1) * outputs))).join(' ')
  const [a, b] = [named(studio), named(onnx)]
  return { same: a === b, studio: a, onnx: b }
}
