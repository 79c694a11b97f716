// The model with the active adapters merged in, as ONNX, and what onnxruntime-web says of it.
import type { OnnxProvider, OnnxType } from '../protocol/onnx.ts'
import { activeUses } from './adapterUses.ts'
import type { Context } from './context.ts'
import { answer } from './held.ts'

export interface OnnxActions {
  /** Makes the zip; the caller saves it. */
  exportOnnx(dtype: OnnxType): Promise<{ readonly name: string; readonly zip: Blob } | undefined>
  /** Compares what was exported last with the engine, on these prompts. */
  checkOnnx(provider: OnnxProvider, prompts: readonly string[]): Promise<void>
}

export function onnxActions({ studio, store }: Context): OnnxActions {
  const { getState, setState } = store
  return {
    async exportOnnx(dtype) {
      const { recipe, onnx } = getState()
      if (onnx.doing) return undefined
      const request = { name: recipe.name, adapters: activeUses(getState()), dtype }
      setState({ onnx: { doing: 'packing', verdicts: [] } })
      const result = await answer(studio.exportOnnx(request))
      if (!result.ok) {
        setState({ onnx: { failure: result.failure, verdicts: [] } })
        return undefined
      }
      const { name, zip, model } = result.value
      setState({ onnx: { made: { name, bytes: zip.size, request, model }, verdicts: [] } })
      return { name, zip }
    },
    async checkOnnx(provider, prompts) {
      const { made, doing, verdicts } = getState().onnx
      if (!made || doing) return
      setState({ onnx: { made, verdicts, doing: 'checking' } })
      const result = await answer(studio.verifyOnnx({ ...made.request, model: made.model, prompts, provider }))
      const others = verdicts.filter((v) => v.provider !== provider)
      setState({ onnx: { made, ...(result.ok ? { verdicts: [...others, result.value] } : { verdicts, failure: result.failure }) } })
    },
  }
}
