// Labelled words in every form that corpora keep them in.
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../files/byteSource.ts'
import { utf8 } from '../lib/bytes.ts'
import { classNames, named } from './classNames.ts'
import { openDataset, type Dataset } from './dataset.ts'
import { wordLabelsOf } from './labels.ts'
import { RowStore } from './rows.ts'
import { listOf } from './wordsReader.ts'

const open = (text: string, name: string): Promise<Dataset> => openDataset(bytesSource(utf8(text), name))
const rowsOf = ({ rows }: Dataset) => rows.map((row) => (row.kind === 'words' ? [row.line, row.words.join('|'), row.labels.join('|')] : row.kind))

describe('labelled words', () => {
  it.each([
    ['JSON Lines', 'x.jsonl', '{"id":"0","tokens":["EU","calls"],"ner_tags":["B-ORG","O"]}\n{"id":"1","tokens":["Peter"],"ner_tags":["B-PER"]}'],
    ['CSV with JSON in cells', 'x.csv', 'tokens,tags\n"[""EU"", ""calls""]","[""B-ORG"", ""O""]"\n"[""Peter""]","[""B-PER""]"\n'],
    ['CSV as pandas prints lists', 'x.csv', `tokens,ner_tags\n"['EU', 'calls']","['B-ORG', 'O']"\n"['Peter']",['B-PER']\n`],
    ['words with spaces between', 'x.csv', 'words,labels\nEU calls,B-ORG O\nPeter,B-PER\n'],
    ['CoNLL with tabs', 'x.conll', '-DOCSTART-\tO\n\nEU\tB-ORG\ncalls\tO\n\n\nPeter\tB-PER\n'],
    ['CoNLL 2003, four columns and spaces', 'x.txt', '-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\ncalls VBZ B-VP O\n\nPeter NNP B-NP B-PER\n'],
    ['the rows that the Hub’s viewer gives', 'x.json', JSON.stringify({ features: [{ feature_idx: 0, name: 'tokens', type: { feature: { dtype: 'string', _type: 'Value' }, _type: 'List' } }, { feature_idx: 1, name: 'ner_tags', type: { feature: { names: ['O', 'B-PER', 'I-PER', 'B-ORG'], _type: 'ClassLabel' }, _type: 'List' } }], rows: [{ row_idx: 0, row: { tokens: ['EU', 'calls'], ner_tags: [3, 0] }, truncated_cells: [] }, { row_idx: 1, row: { tokens: ['Peter'], ner_tags: [1] }, truncated_cells: [] }] })],
  ])('%s', async (_, name, text) => {
    const dataset = await open(text, name)
    expect(dataset.format).toMatch(/words with labels$/)
    expect(rowsOf(dataset).map((r) => r.slice(1))).toEqual([
      ['EU|calls', 'B-ORG|O'],
      ['Peter', 'B-PER'],
    ])
    expect([dataset.labelled, dataset.problemCount]).toEqual([true, 0])
  })

  it('parts of speech: CoNLL-U with words written together, and plain columns', async () => {
    const unit = (id: string, word: string, tag: string) => [id, word, '_', tag, '_', '_', '_', '_', '_', '_'].join('\t')
    const universal = await open(`# sent_id = 1\n${unit('1-2', 'dunno', '_')}\n${unit('1', 'do', 'AUX')}\n${unit('2', 'n’t', 'PART')}\n\n# text = Go\n${unit('1', 'Go', 'VERB')}\n`, 'x.conllu')
    expect(rowsOf(universal)).toEqual([[3, 'do|n’t', 'AUX|PART'], [7, 'Go', 'VERB']])
    const plain = await open('the\tDT\ncat\tNN\nsits\tVB\n.\t.\n\nthe\tDT\ndog\tNN\nruns\tVB\n.\t.\n\n', 'pos.txt')
    expect([plain.format, rowsOf(plain)[1]]).toEqual(['CoNLL, words with labels', [6, 'the|dog|runs|.', 'DT|NN|VB|.']])
  })

  it('numbers without names stay numbers, in their order', async () => {
    const dataset = await open('{"tokens":["a","b","c"],"tags":[10,2,0]}\n{"tokens":["d"],"tags":[1]}', 'x.jsonl')
    expect(wordLabelsOf(dataset.rows, 'x')).toEqual(['0', '1', '2', '10'])
  })

  it.each([
    ['{start, end, label}', [{ start: 0, end: 3, label: 'PER' }, { start: 16, end: 24, label: 'LOC' }]],
    ['[start, end, label]', [[0, 3, 'PER'], [16, 24, 'LOC']]],
  ])('stretches of characters as %s', async (_, entities) => {
    const dataset = await open([{ text: 'Ann’s cat is in New York, yes', entities }, { text: 'Nobody.', entities: [] }, { text: 'short', entities: [{ start: 2, end: 9, label: 'X' }] }].map((r) => JSON.stringify(r)).join('\n'), 'x.jsonl')
    expect(dataset.format).toBe('JSON Lines, texts with labelled stretches')
    expect(rowsOf(dataset)).toEqual([
      [1, 'Ann’s|cat|is|in|New|York|,|yes', 'B-PER|O|O|O|B-LOC|I-LOC|O|O'],
      [2, 'Nobody|.', 'O|O'],
    ])
    expect(dataset.problems.map((p) => p.reason)).toEqual(['entities has a stretch from 2 to 9, and the text has 5 characters.'])
  })

  it('a row whose lists do not match is told, the others stay', async () => {
    const good = '{"tokens":["a","b"],"ner_tags":["O","O"]}'
    const { rows, problems } = await open([good, '{"tokens":["a","b"],"ner_tags":["O"]}', '{"tokens":[],"ner_tags":[]}', '{"tokens":["a"]}', '{"tokens":["a"],"ner_tags":[{}]}', '{"tokens":["a"],"ner_tags":[""]}', good].join('\n'), 'x.jsonl')
    expect(rows.length).toBe(2)
    expect(problems.map((p) => [p.line, p.reason])).toEqual([
      [2, 'ner_tags has 1 labels for 2 words.'],
      [3, 'tokens is empty.'],
      [4, 'ner_tags is missing.'],
      [5, 'ner_tags must be a list.'],
      [6, 'ner_tags has no label for word 1.'],
    ])
  })

  it('a line of CoNLL with too few columns is told', async () => {
    const { rows, problems } = await open('EU B-ORG\ncalls\n. O\n\nPeter B-PER\n', 'x.conll')
    expect([rows.length, problems.map((p) => p.line)]).toEqual([2, [2]])
  })

  it('columns by mapping, with names for numbers', async () => {
    const text = '{"w":["a","b"],"t":[1,0]}'
    const mapping = { columns: { w: 'words', t: 'label' }, labels: ['O', 'B-X'] } as const
    const { rows } = await openDataset(bytesSource(utf8(text), 'x.jsonl'), { mapping })
    expect(rows.at(0)).toEqual({ line: 1, kind: 'words', words: ['a', 'b'], labels: ['B-X', 'O'] })
  })

  it('are kept in the store as they are', () => {
    const store = new RowStore()
    const rows = [
      { line: 1, kind: 'words', words: ['a "b"', 'é\ud83d'], labels: ['O', 'B-X y'] },
      { line: 2, kind: 'completion', prompt: 'a\n\nb\n', completion: '1 2', secondAt: 3 },
      { line: 3, kind: 'completion', prompt: 'a', completion: '1 2' },
    ] as const
    for (const row of rows) store.push(row)
    expect([...store]).toEqual(rows)
  })
})

it('lists as Python and NumPy print them', () => {
  expect(listOf(`['it''s', "it's", 'a\\'b']`)).toEqual(['it', 's', "it's", "a'b"])
  expect(listOf('[3 0 7]')).toEqual(['3', '0', '7'])
  expect(listOf('[ 3, 0]')).toEqual(['3', '0'])
  expect(listOf(7)).toBeUndefined()
})

it('names of labels come from features in each form that they are written in', () => {
  const label = { names: ['a', 'b'], _type: 'ClassLabel' }
  const names = classNames({ one: label, many: { feature: label, _type: 'Sequence' }, older: [label], deep: [[label]], text: { dtype: 'string', _type: 'Value' } })
  expect(named({ one: 1, many: [0, 1, 9], older: [1], deep: [[0]], text: 'x' }, names)).toEqual({ one: 'b', many: ['a', 'b', 9], older: ['b'], deep: [['a']], text: 'x' })
})
