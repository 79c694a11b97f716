// JSON files of rows: lists, lists under a name, columns, and texts that are nearly JSON.
import fc from 'fast-check'
import { changedJson } from '../changedJson.ts'
import { COLUMN_WORDS, encoded, rowsToChange, soup } from '../dataWords.ts'
import { readDataset } from '../readDataset.ts'
import type { FuzzTarget } from '../target.ts'

const wholes = [rowsToChange, { data: rowsToChange }, { version: 1, examples: rowsToChange.slice(0, 2) }, Object.fromEntries(rowsToChange.map((r, i) => [`a${i}`, r])), { text: ['a', 'b', 'c'], label: [0, 1, 0] }, ['a text', 'another'], [[{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }]]]

const target: FuzzTarget<Uint8Array> = {
  inputs: fc.tuple(fc.oneof({ weight: 3, arbitrary: changedJson(wholes, COLUMN_WORDS) }, { weight: 1, arbitrary: soup("{", "}", "[", "]", "\"", ":", ",", "\n", " ", "text", "1", "\\", "null") }), encoded).map(([text, encode]) => encode(text)),
  run: (bytes) => readDataset(bytes, 'x.json'),
  gateRuns: 300,
}
export default target
