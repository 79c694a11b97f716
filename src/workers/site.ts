// Files that are served with the page: built-in models and sample datasets. Fetched only when a person asks for them, and
// models are kept on their disk.
import type { ByteSource } from '../files/byteSource.ts'
import { bytesSource } from '../files/byteSource.ts'
import { fromUtf8 } from '../lib/bytes.ts'
import { Fault } from '../protocol/failure.ts'
import type { HubPlace } from '../protocol/models.ts'
import type { SampleInfo } from '../protocol/studio.ts'
import { rangeRequest } from '../storage/rangeRequest.ts'
import type { Storage } from '../storage/storage.ts'

export interface SampleEntry extends SampleInfo {
  readonly train: string
  readonly test: string
}
export interface BuiltinModel {
  readonly id: string
  readonly title: string
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[]
}

export class Site {
  constructor(private readonly page: URL) {}

  private url(path: string): string {
    return new URL(path, this.page).href
  }

  /** A whole file of the site. */
  private async bytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const failed = (found: string): Fault => new Fault('network', `${path} could not be fetched: ${found}.`, 'Check that the studio’s site can be reached, and try again.')
    try {
      const response = await fetch(this.url(path))
      if (!response.ok) throw failed(`the server answered ${response.status}`)
      return new Uint8Array(await response.arrayBuffer())
    } catch (error) {
      throw error instanceof Fault ? error : failed(String(error))
    }
  }

  private async json<T>(path: string): Promise<T> {
    return JSON.parse(fromUtf8(await this.bytes(path))) as T
  }

  /** The Hub that this site was built for. Only the site is asked. */
  async hub(): Promise<HubPlace | undefined> {
    const response = await fetch(this.url('hub.json')).catch(() => undefined)
    return response?.ok ? (((await response.json()) as HubPlace | null) ?? undefined) : undefined
  }

  async samples(): Promise<readonly SampleEntry[]> {
    return this.json('samples/index.json')
  }

  async sample(id: string): Promise<{ entry: SampleEntry; train: ByteSource; test: ByteSource }> {
    const entries = await this.samples()
    const entry = entries.find((s) => s.id === id)
    if (!entry) throw new Fault('bad-recipe', `There is no sample dataset “${id}”; there are ${entries.map((s) => s.id).join(', ')}.`, 'Choose one of these or drop a file.')
    const file = async (path: string): Promise<ByteSource> => bytesSource(await this.bytes(`samples/${path}`), path)
    return { entry, train: await file(entry.train), test: await file(entry.test) }
  }

  /** The files of a built-in model, through the model store; progress counts bytes over all files. */
  async model(id: string, storage: Storage, onProgress: (done: number, total: number) => void): Promise<{ model: BuiltinModel; files: Map<string, ByteSource> }> {
    const models = await this.json<readonly BuiltinModel[]>('models.json')
    const model = models.find((m) => m.id === id)
    if (!model) throw new Fault('bad-model', `There is no built-in model “${id}”; there are ${models.map((m) => m.id).join(', ')}.`, 'Choose one of these or drop a model folder.')
    const total = model.files.reduce((n, f) => n + f.bytes, 0)
    const files = new Map<string, ByteSource>()
    let before = 0
    for (const { path, bytes, sha256 } of model.files) {
      const source = await storage.models.fetch({ id: `builtin/${id}/${path}`, version: sha256, bytes, sha256 }, rangeRequest(this.url(`${id}/${path}`)), (done) => onProgress(before + done, total))
      before += bytes
      onProgress(before, total)
      files.set(path, { ...source, name: path })
    }
    // A list that cannot be kept is no reason not to open the model.
    await storage.library.note({ id: `builtin/${id}`, source: 'builtin', name: id, parts: model.files.map(({ path, bytes }) => ({ path, bytes })) }).catch(() => undefined)
    return { model, files }
  }
}
