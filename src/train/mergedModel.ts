// A model's folder with adapters merged in: what `mergeInto` needs to know of the model, found by tracing it once.
import { mergeInto, type MergedAdapter, type MergedFolder, type MergeOptions, type MergeSite } from '../adapters/mergeInto.ts'
import type { TensorEntry } from '../files/modelFolder.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Attachment } from '../methods/method.ts'
import type { OpenModel } from './base.ts'
import { census, type WeightEntry } from './census.ts'
import { findTensor } from './weights.ts'

/** Nothing is computed before a tensor is read; the model that was given stays what it is. */
export function mergedModel({ folder: given, family, config, outline }: OpenModel, adapters: readonly MergedAdapter[], options: MergeOptions = {}): MergedFolder {
  const sites = new Map<string, MergeSite>()
  const probe: Attachment = {
    linear(site, x, base) {
      sites.set(site.path, site)
      return base(x)
    },
    embedding({ path, vocabulary, width }, base) {
      sites.set(path, { path, in: vocabulary, out: width, stored: '[in,out]', weightName: `${path}.weight` })
      return base()
    },
  }
  census(family, config, [probe])
  const added = outline.manifest.filter((e) => !findTensor(given, family, e.name) && adapters.some((a) => isTrained(a, e.name))).map(zeros)
  const folder = added.length === 0 ? given : { ...given, tensors: new Map([...given.tensors, ...added.map((t) => [t.name, t] as const)]) }
  const targets = {
    sites: [...sites.values()],
    head: outline.head,
    names: outline.tensors,
    fileName: (name: string) => findTensor(folder, family, name)?.name ?? name,
  }
  return mergeInto(folder, targets, adapters, options)
}

function isTrained({ attachment, read }: MergedAdapter, name: string): boolean {
  const key = attachment.trains?.(name)
  return key !== undefined && read(key) !== undefined
}

/** In place of what the checkpoint lacks and an adapter brings whole: a head for classes. */
function zeros({ name, shape }: WeightEntry): TensorEntry {
  const values = (): Float32Array<ArrayBuffer> => new Float32Array(sizeOf(shape))
  const read = async (): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(values().buffer)
  return {
    name,
    dtype: 'F32',
    shape,
    bytes: sizeOf(shape) * 4,
    read,
    readF32: async () => values(),
    async *stream() {
      yield await read()
    },
  }
}
