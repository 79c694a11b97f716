// All formats through the one door that files come in by: sniffed by content, rows with lines, bad rows told.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../../files/byteSource.ts'
import { concat, utf8 } from '../../lib/bytes.ts'
import { Fault } from '../../protocol/failure.ts'
import { formats, register, sniffFormat, type RawRow } from '../format.ts'

const source = (content: string | Uint8Array, name = 'x') =>
  bytesSource(typeof content === 'string' ? utf8(content) : content, name)
const rowsOf = async (content: string | Uint8Array, name = 'x'): Promise<[string, RawRow[]]> => {
  const file = source(content, name)
  const format = await sniffFormat(file)
  const rows: RawRow[] = []
  for await (const row of format.rows(file)) rows.push(row)
  return [format.id, rows]
}
const utf16 = (text: string, bigEndian: boolean) => {
  const out = new DataView(new ArrayBuffer(2 * text.length))
  for (let i = 0; i < text.length; i++) out.setUint16(2 * i, text.charCodeAt(i), !bigEndian)
  return new Uint8Array(out.buffer)
}

describe('JSON Lines', () => {
  test('a bad line is told by number, blank lines and a byte order mark are nothing', async () => {
    const [id, rows] = await rowsOf('\ufeff{"a":1}\r\n\r\n{"a":\r\n[1]\r\n{"a":2}')
    expect(id).toBe('jsonl')
    expect(rows).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 3, problem: 'is not valid JSON.', cause: 'syntax' },
      { line: 4, problem: 'is not a JSON object.', cause: 'syntax' },
      { line: 5, value: { a: 2 } },
    ])
  })
  test('its name decides when the first line is the bad one', async () => {
    expect((await rowsOf('oops\n{"a":1}', 'x.jsonl'))[0]).toBe('jsonl')
    expect((await rowsOf('{"a":1}\n{"a":2}', 'x.json'))[0]).toBe('jsonl')
  })
})

describe('JSON', () => {
  test('a list, one element a line or pretty-printed, at the top or under a name', async () => {
    for (const text of [
      '[\n{"a":1},\n{"a":2}]',
      JSON.stringify([{ a: 1 }, { a: 2 }], null, 2),
      '{"version":1,"data":[{"a":1},\n{"a":2}]}',
    ]) {
      const [id, rows] = await rowsOf(text, 'x.json')
      expect([id, rows.map((r) => ('value' in r ? r.value : r))]).toEqual(['json', [{ a: 1 }, { a: 2 }]])
    }
  })
  test.each([
    ['an unclosed text', '[\n{"a":"x},\n{"a":"y"},\n{"a":"z"}\n]', [2]],
    ['a missing comma inside', '[\n  {\n    "a": 1\n    "b": 2\n  },\n  {\n    "a": 3\n  }\n]', [2]],
    ['an unclosed object', '[\n{"a":1},\n{"a":2,\n{"a":3}\n]', [3]],
    ['a bare value', '[\n{"a":1},\n7,\n{"a":3}\n]', [3]],
    ['a file cut short', '[\n{"a":1},\n{"a":2},', [3]],
  ])('%s: good rows stay, the bad one is told by line', async (_, text, badLines) => {
    const [, rows] = await rowsOf(text, 'x.json')
    expect(rows.filter((r) => 'problem' in r).map((r) => r.line)).toEqual(badLines)
    expect(rows.filter((r) => 'value' in r).length).toBeGreaterThan(0)
  })
  test('any list of objects is read as JSON.parse reads it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1 }),
        fc.constantFrom(undefined, 2),
        async (list, indent) => {
          const [, rows] = await rowsOf(JSON.stringify(list, null, indent), 'x.json')
          expect(rows.map((r) => ('value' in r ? r.value : r))).toEqual(JSON.parse(JSON.stringify(list)))
        },
      ),
    )
  })
})

describe('CSV', () => {
  test('quotes, line breaks in quotes and CRLF; lines are those an editor shows', async () => {
    const [id, rows] = await rowsOf('text,label\r\n"a, ""b""\nc",x\r\n\r\nplain,y\r\nshort\r\n', 'x.csv')
    expect(id).toBe('csv')
    expect(rows).toEqual([
      { line: 2, value: { text: 'a, "b"\nc', label: 'x' } },
      { line: 5, value: { text: 'plain', label: 'y' } },
      { line: 6, problem: 'has 1 columns where 2 were expected.', cause: 'columns' },
    ])
  })
  test('tabs in a .txt, no header, quotes that are no quotes', async () => {
    const [id, rows] = await rowsOf(
      'Great phone, really great\t1\n"Bad" screen and "worse" sound\t0\n"I hate it\t0\nIt is fine\t1\n',
      'x.txt',
    )
    expect(id).toBe('csv')
    expect(rows).toHaveLength(4)
    expect(rows[2]).toEqual({ line: 3, value: { text: '"I hate it', label: '0' } })
  })
  test('semicolons', async () => {
    expect((await rowsOf('text;label\nhello, you;a\nbye, you;b\n', 'x.csv'))[1][0]).toEqual({
      line: 2,
      value: { text: 'hello, you', label: 'a' },
    })
  })
})

test('plain text: paragraphs join, a long one stays whole', async () => {
  const [id, rows] = await rowsOf(`\n\nOne.\n\nTwo.\r\n\r\n${'Long. '.repeat(500)}\n\nThree.`, 'x.txt')
  expect(id).toBe('txt')
  expect(rows.map((r) => [r.line, 'value' in r && String(r.value['text']).slice(0, 12)])).toEqual([
    [3, 'One.\n\nTwo.\n\n'],
    [9, 'Three.'],
  ])
})

describe('encodings', () => {
  const text = '{"a":"é"}\n{"a":"ü"}\n'
  test.each([
    ['UTF-8', utf8(text)],
    ['UTF-8 with a mark', utf8(`\ufeff${text}`)],
    ['UTF-16 little-endian with a mark', utf16(`\ufeff${text}`, false)],
    ['UTF-16 big-endian with a mark', utf16(`\ufeff${text}`, true)],
    ['UTF-16 without a mark', utf16(text, false)],
    ['Latin-1', Uint8Array.from(text, (c) => c.charCodeAt(0))],
  ])('%s', async (_, bytes) =>
    expect((await rowsOf(bytes))[1]).toEqual([
      { line: 1, value: { a: 'é' } },
      { line: 2, value: { a: 'ü' } },
    ]),
  )
})

describe('what is not a dataset is refused in a sentence', () => {
  test.each([
    ['', 'x is empty'],
    [' \n ', 'nothing but white space'],
    ['SQLite format 3', 'an SQLite database'],
    [concat([utf8('abc'), new Uint8Array(3), utf8('x'.repeat(90))]), 'is a binary file'],
  ])('%j', async (content, message) => await expect(rowsOf(content)).rejects.toThrow(message))
})

test('any bytes give rows or a Fault', async () => {
  const names = fc.constantFrom('x', 'x.csv', 'x.json', 'x.jsonl', 'x.txt', 'x.tsv')
  const soup = fc.string({
    unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\n', '\r', '\t', 'a', '1', '\\', ';', ' '),
    maxLength: 60,
  })
  await fc.assert(
    fc.asyncProperty(names, fc.oneof(soup.map(utf8), fc.uint8Array({ maxLength: 60 })), async (name, bytes) => {
      await rowsOf(bytes, name).catch((e: unknown) => expect(e).toBeInstanceOf(Fault))
    }),
    { numRuns: 1000 },
  )
})

test('the registry knows its formats by id', () => {
  expect([...formats.keys()].sort()).toEqual(['conll', 'csv', 'json', 'jsonl', 'markdown', 'parquet', 'txt'])
  const csv = formats.get('csv')!
  expect(() =>
    register([
      ['./a/csv.ts', csv],
      ['./b/csv.ts', csv],
    ]),
  ).toThrow('exists already')
  expect(() => register([['./a/tsv.ts', csv]])).toThrow('named after it')
})
