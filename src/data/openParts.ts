// The files of a dataset together: rows to train on, rows that are held out, rows that are asked. Parts that nobody gave may be
// in the archive that the training rows came in.
import type { ByteSource } from '../files/byteSource.ts'
import { openDataset, type Dataset, type OpenOptions } from './dataset.ts'
import { ProblemList } from './problemList.ts'

export interface PartSources {
  readonly train: ByteSource
  readonly validation?: ByteSource | undefined
  readonly test?: ByteSource | undefined
}

export async function openParts(sources: PartSources, options: OpenOptions = {}): Promise<{ dataset: Dataset; test: Dataset | undefined }> {
  const { parts, ...dataset } = await openDataset(sources.train, options)
  const open = async (source: ByteSource | undefined): Promise<Dataset | undefined> => source && openDataset(source, { ...options, mayBeUnmapped: dataset.isUnmapped ?? false })
  const validation = (await open(sources.validation)) ?? parts?.validation
  const test = (await open(sources.test)) ?? parts?.test
  const problems = new ProblemList()
  problems.take(dataset)
  if (validation) problems.take(validation, validation.name)
  return {
    dataset: { ...dataset, ...(validation && { ...problems.found, validation: validation.rows }), ...(test && { asked: test.rows }) },
    test,
  }
}
