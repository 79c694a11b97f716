// Streams the tokens of one answer from a model in onnxruntime-web, sampled as the engine's answers are.
import type { OnnxRunner } from '../onnx/onnxSession.ts'
import type { GenerateOptions } from './generate.ts'
import { sampleToken } from './sampleToken.ts'

export async function* generateOnnx(runner: OnnxRunner, prompt: readonly number[], { maxNewTokens, sampling, stop }: GenerateOptions): AsyncGenerator<number> {
  let ids = prompt
  for (let n = 0; n < maxNewTokens; n++) {
    const token = sampleToken(await runner.next(ids, n === 0), sampling, n)
    if (stop.has(token)) return
    yield token
    ids = [token]
  }
}
