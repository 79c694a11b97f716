// CSV, TSV, text and Markdown: quotes, separators, line ends and encodings in every order.
import fc from 'fast-check'
import { utf8 } from '../../../lib/bytes.ts'
import { changedBytes } from '../changedBytes.ts'
import { encoded, soup } from '../dataWords.ts'
import { readDataset } from '../readDataset.ts'
import type { FuzzTarget } from '../target.ts'

const header = fc.constantFrom('text,label\n', 'prompt;completion\r\n', '', 'text\n', 'text\tlabel\n', 'a|b|c\n', 'text,text\n', '# Title\n\n```js\n', '---\n', '"te""xt","la\nbel"\n')
const cells = soup('a', '"', '""', ',', ';', '\t', '\n', '\r', '\r\n', '\\', ' ', 'é', '|', '\0', '🙂', '# ', '```', '---\n', '1', '\ufeff')
const rows = fc.tuple(header, fc.array(cells, { maxLength: 3 }), fc.constantFrom(1, 1, 1, 1, 30, 400)).map(([head, parts, times]) => head + parts.join('').repeat(times))
const files = ['text,label\n"a, b",pos\n"c ""d""",neg\n'.repeat(3), 'prompt\tcompletion\na\tb\nc\td\n', '# A\n\ntext\n\n```\ncode\n```\n'].map(utf8)

const target: FuzzTarget<{ readonly bytes: Uint8Array; readonly name: string }> = {
  inputs: fc.record({
    bytes: fc.oneof({ weight: 3, arbitrary: fc.tuple(rows, encoded).map(([text, encode]) => encode(text)) }, { weight: 1, arbitrary: changedBytes(files) }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) }),
    name: fc.constantFrom('x.csv', 'x.tsv', 'x.txt', 'x.md', 'x'),
  }),
  run: ({ bytes, name }) => readDataset(bytes, name),
  gateRuns: 300,
}
export default target
