// The scripted Studio's shelf of adapters: those of its runs, and whatever is loaded, combined or compressed, in memory.
import type { AdapterInfo, AdapterShelf } from '../protocol/adapters.ts'
import type { Result } from '../protocol/result.ts'
import type { RunRecord } from '../protocol/studio.ts'

const ok = <T>(value: T): Result<T> => ({ ok: true, value })

export function testAdapters(runs: () => Iterable<RunRecord>): AdapterShelf {
  const kept = new Map<string, AdapterInfo>()
  const onGpu = new Set<string>()
  let merged: readonly string[] = []
  let last = 0

  const plain = {
    methods: ['LoRA'],
    rank: 8,
    base: { id: 'starter' },
    trainableParameters: 40_960,
    bytes: 168_000,
    mixable: true,
    isLora: true,
    gpuBytes: 0,
    merged: false,
  }
  const making = ({ recipe: { methods, data } }: RunRecord): Partial<AdapterInfo> =>
    methods[0]?.id === 'hypernetwork' ? { methods: ['Hypernetwork'], isLora: false, tasks: data.tasks?.map((t) => t.name) ?? ['task'], readsDescriptions: true } : {}
  const found = (): AdapterInfo[] =>
    [
      ...[...runs()].filter((r) => r.hasAdapter).map((r): AdapterInfo => ({ ...plain, ...making(r), id: r.id, name: r.recipe.name, kind: 'run', createdAt: r.createdAt })),
      ...kept.values(),
    ]
      .map((a) => ({ ...a, gpuBytes: onGpu.has(a.id) ? 4 * a.trainableParameters : 0, merged: merged.includes(a.id) }))
      .toSorted((a, b) => b.createdAt - a.createdAt)
  const keep = (part: Pick<AdapterInfo, 'name' | 'kind'> & Partial<AdapterInfo>): AdapterInfo => {
    const info = { ...plain, id: `adapter-${++last}`, createdAt: Date.now() + last, ...part }
    kept.set(info.id, info)
    return info
  }
  const one = (id: string): Result<AdapterInfo> => {
    const info = found().find((a) => a.id === id)
    return info ? ok(info) : { ok: false, failure: { code: 'storage', message: 'This adapter is no longer stored.', hint: 'Choose another adapter.' } }
  }
  const zip = async (name: string, files: readonly string[]): Promise<Result<{ name: string; zip: Blob }>> => {
    const { makeZip } = await import('client-zip')
    return ok({ name: `${name}.zip`, zip: await new Response(makeZip(files.map((file) => ({ name: file, input: file })))).blob() })
  }

  return {
    adapters: async () => ok(found()),
    async loadAdapter(files) {
      const name = (files[0]?.path ?? 'adapter').split('/')[0].replace(/\.zip$/, '')
      return files.some((f) => /adapter_config\.json$|\.zip$/.test(f.path))
        ? ok(keep({ name, kind: 'loaded' }))
        : { ok: false, failure: { code: 'bad-adapter', message: 'These files hold no adapter: adapter_config.json is missing.', hint: 'Drop a whole adapter folder, or its zip.' } }
    },
    async renameAdapter(id, name) {
      const info = kept.get(id)
      if (info) kept.set(id, { ...info, name })
      return one(id)
    },
    async deleteAdapter(id) {
      kept.delete(id)
      return ok(true)
    },
    async prepareAdapters(uses) {
      for (const { id } of uses) onGpu.add(id)
      return ok(true)
    },
    unloadAdapter: async (id) => ok(onGpu.delete(id) ? 4 * plain.trainableParameters : 0),
    switchAdapters: async () => ok(true),
    combineAdapters: async ({ name, adapters }) => ok(keep({ name, kind: 'combined', madeOf: adapters.map((a) => a.id) })),
    async compressAdapter({ id, rank, name }) {
      const adapter = keep({ name, kind: 'compressed', rank, madeOf: [id] })
      return ok({ adapter, loss: { before: 1.04, after: 1.09, tokens: 700, rows: 40 }, keptEnergy: 0.97, bytesBefore: plain.bytes, bytesAfter: Math.round((plain.bytes * rank) / plain.rank) })
    },
    emitAdapter: async (id, task) => ok(keep({ name: task, kind: 'emitted', madeOf: [id] })),
    async mergeAdapters(uses) {
      merged = uses.map((u) => u.id)
      return ok(true)
    },
    exportAdapter: (id) => zip(id, ['adapter_config.json', 'adapter_model.safetensors', 'README.md']),
    exportMerged: (_, name) => zip(name, ['config.json', 'model.safetensors', 'tokenizer.json']),
  }
}
