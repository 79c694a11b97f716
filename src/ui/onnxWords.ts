// What a comparison with onnxruntime-web came to, in a sentence.
import type { OnnxVerdict } from '../protocol/onnx.ts'

/** Differences of rounding, far below what changes a likely token; GPUs compute sines and exponentials less exactly. */
const CLOSE = { fp32: { wasm: 1e-4, webgpu: 1e-3 }, fp16: { wasm: 2e-2, webgpu: 2e-2 } } as const
const RUNTIMES = { wasm: 'WebAssembly', webgpu: 'WebGPU' } as const

export const agrees = ({ dtype, provider, largestLogitDifference, largestLogit }: OnnxVerdict): boolean =>
  largestLogitDifference <= CLOSE[dtype][provider] * largestLogit

export function onnxWords(verdict: OnnxVerdict): string {
  const { provider, largestLogitDifference, largestLogit, sameText, answers } = verdict
  const same = answers.filter((a) => a.studio === a.onnx).length
  const text = sameText ? (answers.length === 1 ? 'the same answer' : `the same ${answers.length} answers`) : `${same} of ${answers.length} answers the same`
  const numbers = `logits differ by at most ${largestLogitDifference.toPrecision(2)}, where the largest is ${largestLogit.toFixed(1)}`
  return `${agrees(verdict) ? 'It says what the studio says' : 'It does not say what the studio says'} in onnxruntime-web on ${RUNTIMES[provider]}: ${text}; ${numbers}.`
}
