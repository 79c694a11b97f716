import { describe, expect, it } from 'vitest'
import type { OnnxVerdict } from '../protocol/onnx.ts'
import { agrees, onnxWords } from './onnxWords.ts'

const verdict: OnnxVerdict = {
  provider: 'wasm',
  dtype: 'fp32',
  largestLogitDifference: 1.32e-5,
  largestLogit: 23.2,
  compared: 100,
  sameText: true,
  answers: [
    { prompt: 'a', studio: 'x', onnx: 'x' },
    { prompt: 'b', studio: 'y', onnx: 'y' },
  ],
}

describe('onnxWords', () => {
  it('says that it agrees, and how closely', () => {
    expect(onnxWords(verdict)).toBe('It says what the studio says in onnxruntime-web on WebAssembly: the same 2 answers; logits differ by at most 0.000013, where the largest is 23.2.')
  })
  it('says where answers part, and where numbers do', () => {
    const apart = { ...verdict, sameText: false, answers: [verdict.answers[0], { prompt: 'b', studio: 'y', onnx: 'z' }], largestLogitDifference: 3 }
    expect(onnxWords(apart)).toMatch(/^It does not say what the studio says .*: 1 of 2 answers the same; logits differ by at most 3\.0/)
    expect(agrees({ ...verdict, largestLogitDifference: Number.NaN })).toBe(false)
    expect(agrees({ ...verdict, largestLogitDifference: 0.1 })).toBe(false)
    expect(agrees({ ...verdict, provider: 'webgpu', largestLogitDifference: 0.01 })).toBe(true)
    expect(agrees({ ...verdict, largestLogitDifference: 0.01 })).toBe(false)
    expect(agrees({ ...verdict, dtype: 'fp16', largestLogitDifference: 0.1 })).toBe(true)
  })
})
