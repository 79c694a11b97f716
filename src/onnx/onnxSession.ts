// An exported model in onnxruntime-web, asked as its users ask it: a text at once, or token by token with the cache it gives back.
// The runtime is handed in, so that a page, a worker and Node.js each load it their own way.
import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { Fault, messageOf } from '../protocol/failure.ts'
import type { OnnxProvider } from '../protocol/onnx.ts'

export type Runtime = typeof import('onnxruntime-web/wasm')
type Values = Readonly<Record<string, Tensor>>

/** What can be asked of a model, wherever it runs. */
export interface OnnxRunner {
  /** All logits of one text: (T·V), or one row where the model has classes for the whole. */
  logits(ids: readonly number[]): Promise<Float32Array>
  /** Reads on: the logits (V) after the last of these tokens. @param begin they begin a text, and do not go on with the one before */
  next(ids: readonly number[], begin: boolean): Promise<Float32Array>
  close(): Promise<void>
}

export interface OnnxFiles {
  readonly model: Uint8Array
  /** Tensors in a file of their own, by the name that the model knows it by. */
  readonly data?: { readonly path: string; readonly bytes: Uint8Array }
}

export class OnnxSession implements OnnxRunner {
  /** What `next` has read: how many tokens, and what the model made of them. */
  private text: { readonly at: number; readonly past: Values } = { at: 0, past: {} }

  private constructor(
    private readonly ort: Runtime,
    private readonly session: InferenceSession,
    private readonly provider: OnnxProvider,
  ) {}

  static async open(ort: Runtime, { model, data }: OnnxFiles, provider: OnnxProvider = 'wasm'): Promise<OnnxSession> {
    const externalData = data && [{ path: data.path, data: data.bytes }]
    try {
      // Its warnings (3 is errors only) say that shapes are computed on the CPU, which is as it should be.
      const options = { executionProviders: [provider], logSeverityLevel: 3, ...(externalData && { externalData }) } as const
      return new OnnxSession(ort, await ort.InferenceSession.create(model, options), provider)
    } catch (error) {
      throw new Fault('bad-model', 'onnxruntime-web could not open the ONNX model.', 'It may need more memory than a page has; open it with onnxruntime outside the browser.', messageOf(error))
    }
  }

  async logits(ids: readonly number[]): Promise<Float32Array> {
    return this.floats((await this.run(ids, 0, this.empty()))['logits'])
  }

  async next(ids: readonly number[], begin: boolean): Promise<Float32Array> {
    const { at, past } = begin ? { at: 0, past: this.empty() } : this.text
    const found = await this.run(ids, at, past)
    this.text = { at: at + ids.length, past: Object.fromEntries(Object.keys(past).map((name) => [name, found[name.replace('past_key_values', 'present')]])) }
    return this.floats(found['logits']).slice(-(found['logits'].dims.at(-1) ?? 1))
  }

  async close(): Promise<void> {
    await this.session.release()
  }

  /** The cache before the first token. */
  private empty(): Values {
    const past: Record<string, Tensor> = {}
    for (const meta of this.session.inputMetadata) {
      if (!meta.isTensor || !meta.name.startsWith('past_key_values')) continue
      const dims = meta.shape.map((d, i) => (typeof d === 'number' && i > 0 ? d : i === 0 ? 1 : 0))
      past[meta.name] = meta.type === 'float16' ? new this.ort.Tensor('float16', new Uint16Array(0), dims) : new this.ort.Tensor('float32', new Float32Array(0), dims)
    }
    return past
  }

  /** @param at tokens that are in the cache */
  private async run(ids: readonly number[], at: number, past: Values): Promise<Values> {
    const whole = (values: readonly number[]): Tensor => new this.ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length])
    const given: Values = {
      input_ids: whole(ids),
      attention_mask: whole(Array.from({ length: at + ids.length }, () => 1)),
      position_ids: whole(ids.map((_, i) => at + i)),
      token_type_ids: whole(ids.map(() => 0)),
    }
    const asked = Object.entries(given).filter(([name]) => this.session.inputNames.includes(name))
    try {
      return await this.session.run({ ...Object.fromEntries(asked), ...past })
    } catch (error) {
      const hint = this.provider === 'webgpu' ? 'This GPU may lack something that it needs, such as 16-bit floats; run it on WebAssembly.' : 'Run it with onnxruntime outside the browser.'
      throw new Fault('bad-model', 'onnxruntime-web could not run the ONNX model.', hint, messageOf(error))
    }
  }

  private floats(t: Tensor): Float32Array {
    if (t.data instanceof Float32Array) return t.data
    throw new Fault('bad-model', `The model’s logits are ${t.type}, expected float32.`, 'Use a model that this studio exported.')
  }
}
