// An exported model in onnxruntime-web, asked as its users ask it: a text at once, or token by token with the cache it gives back.
// The runtime is handed in, so that a page, a worker and Node.js each load it their own way.
import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { Fault } from '../protocol/failure.ts'
import type { OnnxProvider } from '../protocol/onnx.ts'

export type Runtime = typeof import('onnxruntime-web/wasm')
type Values = Readonly<Record<string, Tensor>>

/** What can be asked of a model, wherever it runs. */
export interface OnnxRunner {
  /** All logits of one text: (T·V), or one row where the model has classes for the whole. */
  logits(ids: readonly number[]): Promise<Float32Array>
  /** Up to `count` most likely tokens, one after the other; ends before a token of `stop`. */
  greedy(ids: readonly number[], count: number, stop: readonly number[]): Promise<number[]>
  close(): Promise<void>
}

export interface OnnxFiles {
  readonly model: Uint8Array
  /** Tensors in a file of their own, by the name that the model knows it by. */
  readonly data?: { readonly path: string; readonly bytes: Uint8Array }
}

export class OnnxSession implements OnnxRunner {
  private constructor(
    private readonly ort: Runtime,
    private readonly session: InferenceSession,
  ) {}

  static async open(ort: Runtime, { model, data }: OnnxFiles, provider: OnnxProvider = 'wasm'): Promise<OnnxSession> {
    const externalData = data && [{ path: data.path, data: data.bytes }]
    try {
      return new OnnxSession(ort, await ort.InferenceSession.create(model, { executionProviders: [provider], ...(externalData && { externalData }) }))
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      throw new Fault('bad-model', 'onnxruntime-web could not open the ONNX model.', 'It may need more memory than a page has; open it with onnxruntime outside the browser.', detail)
    }
  }

  async logits(ids: readonly number[]): Promise<Float32Array> {
    return this.floats((await this.run(ids, 0, this.empty()))['logits'])
  }

  async greedy(ids: readonly number[], count: number, stop: readonly number[]): Promise<number[]> {
    const made: number[] = []
    let [next, at, past] = [ids, 0, this.empty()]
    while (made.length < count) {
      const found = await this.run(next, at, past)
      const token = largest(this.floats(found['logits']), found['logits'].dims.at(-1) ?? 1)
      if (stop.includes(token)) break
      made.push(token)
      at += next.length
      next = [token]
      past = Object.fromEntries(Object.keys(past).map((name) => [name, found[name.replace('past_key_values', 'present')]]))
    }
    return made
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
    return this.session.run({ ...Object.fromEntries(asked), ...past })
  }

  private floats(t: Tensor): Float32Array {
    if (t.data instanceof Float32Array) return t.data
    throw new Fault('bad-model', `The model’s logits are ${t.type}, expected float32.`, 'Use a model that this studio exported.')
  }
}

/** Index of the largest number of the last row. */
function largest(rows: Float32Array, width: number): number {
  const start = rows.length - width
  let best = 0
  for (let i = 1; i < width; i++) if (rows[start + i] > rows[start + best]) best = i
  return best
}
