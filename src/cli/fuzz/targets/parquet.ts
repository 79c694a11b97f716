// Parquet: files of every codec and encoding, changed.
import { parquetFiles } from '../../../data/testParquet.ts'
import { changedBytes } from '../changedBytes.ts'
import { readDataset } from '../readDataset.ts'
import type { FuzzTarget } from '../target.ts'

const target: FuzzTarget<Uint8Array> = {
  inputs: changedBytes(Object.values(parquetFiles)),
  run: (bytes) => readDataset(bytes, 'x.parquet'),
  gateRuns: 150,
}
export default target
