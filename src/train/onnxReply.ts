// Answers one prompt from a model in onnxruntime-web, text as it comes: for machines without WebGPU.
import { streamDecoder } from '../data/streamDecoder.ts'
import type { OnnxRunner } from '../onnx/onnxSession.ts'
import { Fault } from '../protocol/failure.ts'
import type { GenerateRequest } from '../protocol/studio.ts'
import { askedIds } from './askedIds.ts'
import type { OpenModel } from './base.ts'
import { generateOnnx } from './generateOnnx.ts'
import { stopTokens } from './stopTokens.ts'

export interface OnnxReplyOptions {
  readonly model: OpenModel
  readonly request: GenerateRequest
  /** What a typed prompt must end with where the model has no chat template. */
  readonly promptEnd: string
  onText(delta: string): void
  cancelled(): boolean
}

export async function onnxReply(runner: OnnxRunner, { model, request, promptEnd, onText, cancelled }: OnnxReplyOptions): Promise<string> {
  const tokenizer = model.tokenizer()
  const ids = askedIds(model, request.prompt, promptEnd, request.system)
  const { contextLength } = model.family.dimensions(model.config)
  if (ids.length >= contextLength) throw new Fault('bad-data', `The prompt has ${ids.length} tokens, and this model reads at most ${contextLength}.`, 'Shorten the prompt.')
  const { temperature, topK, topP, seed } = request
  const options = { maxNewTokens: Math.min(request.maxNewTokens, contextLength - ids.length), sampling: { temperature, topK, topP, seed }, stop: stopTokens(model) }
  const decode = streamDecoder(tokenizer)
  let whole = ''
  const say = (delta: string): void => {
    if (delta === '') return
    whole += delta
    onText(delta)
  }
  for await (const token of generateOnnx(runner, [...ids], options)) {
    if (cancelled()) break
    say(decode.push(token))
  }
  say(decode.end())
  return whole
}
