// Long files in which little repeats itself: where reading takes the square of their length, it shows here.
import fc from 'fast-check'
import { utf8 } from '../../../lib/bytes.ts'
import { COLUMN_WORDS } from '../dataWords.ts'
import { readDataset } from '../readDataset.ts'
import type { FuzzTarget } from '../target.ts'

const CHARACTERS = 300_000
const unit = fc.array(fc.constantFrom('"', '""', ',', ';', '\t', '\n', '\n\n', ' ', '\r', '\\', '{', '}', '[', ']', ':', '"a":', '{"text":"', '### Human:', '### Assistant:', '\n\nHuman: ', 'USER:', '```', '# ', '---\n', '|', 'a', 'é', '0', '.', '🙂', '\0', ...COLUMN_WORDS.filter((w) => typeof w === 'string')), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))
const start = fc.constantFrom('', '[', '[{"text":"a"},', '{"data":[', '{"text":"', '{"prompt":"a","completion":"', '{"messages":"', 'text,label\n', 'text\n"', '{"text":"### Human: a ', '# a\n', '---\n', '```\n')
const end = fc.constantFrom('', '"}', '"}]', ']', '\n')

const target: FuzzTarget<{ readonly start: string; readonly unit: string; readonly end: string; readonly name: string }> = {
  inputs: fc.record({ start, unit, end, name: fc.constantFrom('x.jsonl', 'x.json', 'x.csv', 'x.tsv', 'x.txt', 'x.md', 'x') }),
  run: ({ start: head, unit: part, end: tail, name }) => readDataset(utf8(head + part.repeat(CHARACTERS / part.length) + tail), name),
  gateRuns: 20,
}
export default target
