// A model's folder with adapters merged in: what `mergeInto` needs to know of the model, found by tracing it once.
import { mergeInto, type MergedAdapter, type MergedFolder, type MergeOptions, type MergeSite } from '../adapters/mergeInto.ts'
import type { Attachment } from '../methods/method.ts'
import type { OpenModel } from './base.ts'
import { census } from './census.ts'
import { findTensor } from './weights.ts'

/** Nothing is computed before a tensor is read; the model that was given stays what it is. */
export function mergedModel({ folder, family, config, outline }: OpenModel, adapters: readonly MergedAdapter[], options: MergeOptions = {}): MergedFolder {
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
  const targets = {
    sites: [...sites.values()],
    head: outline.head,
    names: outline.tensors,
    fileName: (name: string) => findTensor(folder, family, name)?.name ?? name,
  }
  return mergeInto(folder, targets, adapters, options)
}
