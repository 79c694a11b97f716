// JSON Lines in four encodings: rows of every known shape with something wrong.
import fc from 'fast-check'
import { changedJson } from '../changedJson.ts'
import { COLUMN_WORDS, encoded, rowsToChange } from '../dataWords.ts'
import { readDataset } from '../readDataset.ts'
import type { FuzzTarget } from '../target.ts'

const target: FuzzTarget<Uint8Array> = {
  inputs: fc.tuple(fc.array(changedJson(rowsToChange, COLUMN_WORDS), { maxLength: 6 }), fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\n \n'), encoded).map(([lines, end, encode]) => encode(lines.join(end))),
  run: (bytes) => readDataset(bytes, 'x.jsonl'),
  gateRuns: 300,
}
export default target
