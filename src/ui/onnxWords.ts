// What a comparison with onnxruntime-web came to, in a sentence.
import type { OnnxVerdict } from '../protocol/onnx.ts'
import { withDecimals } from './format.ts'
import { say } from './words/language.ts'

/** Differences of rounding, far below what changes a likely token; GPUs compute sines and exponentials less exactly. */
const CLOSE = { fp32: { wasm: 1e-4, webgpu: 1e-3 }, fp16: { wasm: 2e-2, webgpu: 2e-2 } } as const
const RUNTIMES = { wasm: 'WebAssembly', webgpu: 'WebGPU' } as const

export const agrees = ({ dtype, provider, largestLogitDifference, largestLogit }: OnnxVerdict): boolean =>
  largestLogitDifference <= CLOSE[dtype][provider] * largestLogit

export function onnxWords(verdict: OnnxVerdict): string {
  const w = say().onnx
  const { provider, largestLogitDifference, largestLogit, sameText, answers } = verdict
  const same = answers.filter((a) => a.studio === a.onnx).length
  const text = sameText ? (answers.length === 1 ? w.sameAnswer : w.sameAnswers(answers.length)) : w.someAnswers(same, answers.length)
  const numbers = w.logits(withDecimals(largestLogitDifference.toPrecision(2)), withDecimals(largestLogit.toFixed(1)))
  return w[agrees(verdict) ? 'agrees' : 'differs'](RUNTIMES[provider], text, numbers)
}
