// Words with labels, a line each, with lines of other widths, comments, marks and empty lines between them.
import fc from 'fast-check'
import { utf8 } from '../../../lib/bytes.ts'
import { readDataset } from '../readDataset.ts'
import type { FuzzTarget } from '../target.ts'

const word = fc.constantFrom('EU', 'New', 'York', '.', '-', 'é', '東京', '1-2', '1', '2.1', '#', '-DOCSTART-', 'O', '[', '"', '\0', '\ud800', '')
const label = fc.constantFrom('O', 'B-ORG', 'I-ORG', 'E-X', 'S-', 'NOUN', '_', '.', '')
const gap = fc.constantFrom('\t', ' ', '  ', '\t ')
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(word, gap, label).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: fc.array(fc.oneof(word, label), { maxLength: 12 }).map((cells) => cells.join('\t')) },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '-DOCSTART- -X- O O', '# text = a', '#') },
)

const target: FuzzTarget<readonly [string, string]> = {
  inputs: fc.tuple(fc.tuple(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', '\r\n', '\n\n')).map(([lines, end]) => lines.join(end)), fc.constantFrom('x.conll', 'x.txt', 'x.tsv', 'x.conllu', 'x')),
  gateRuns: 300,
  run: ([text, name]) => readDataset(utf8(text), name),
}
export default target
