// Columns with names of their own, read as a person maps them.
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../files/byteSource.ts'
import { utf8 } from '../lib/bytes.ts'
import { mappingProblems, type Mapping } from '../protocol/dataRecipe.ts'
import { defaultRecipe, readRecipe } from '../protocol/recipe.ts'
import { openDataset } from './dataset.ts'

const open = (values: readonly unknown[], mapping?: Mapping) => openDataset(bytesSource(utf8(JSON.stringify(values)), 'x.json'), { mayBeUnmapped: true, ...(mapping && { mapping }) })
const row = async (value: unknown, mapping: Mapping) => {
  const { line: _, ...rest } = (await open([value], mapping)).rows.at(0)!
  return rest
}

describe('mapping', () => {
  test('columns of no known kind are shown with their first rows, and have no rows until they are mapped', async () => {
    const dataset = await open([{ frage: 'Wie?', antwort: 'So.', nr: 1 }])
    expect(dataset).toMatchObject({ isUnmapped: true, columns: ['frage', 'antwort', 'nr'], head: [{ frage: 'Wie?', antwort: 'So.', nr: '1' }] })
    expect(dataset.rows.length).toBe(0)
    await expect(openDataset(bytesSource(utf8('[{"frage":"Wie?","antwort":"So."}]'), 'x.json'))).rejects.toThrow('no known kind of dataset')
  })
  test.each<readonly [Record<string, unknown>, Mapping['columns'], unknown]>([
    [{ frage: 'Wie?', antwort: 'So.' }, { frage: 'prompt', antwort: 'completion' }, { kind: 'completion', prompt: 'Wie?\n', completion: 'So.' }],
    [{ a: 'x', b: 'y', c: 'z' }, { a: 'prompt', b: 'input', c: 'completion' }, { kind: 'completion', prompt: 'x\n\ny\n', completion: 'z' }],
    [{ a: 'x', b: 'y' }, { b: 'text' }, { kind: 'text', text: 'y' }],
    [{ s: 'Be kind', q: 'x', a: 'y' }, { s: 'system', q: 'prompt', a: 'completion' }, { kind: 'chat', messages: [{ role: 'system', content: 'Be kind' }, { role: 'user', content: 'x' }, { role: 'assistant', content: 'y' }] }],
    [{ talk: [{ role: 'user', content: 'x' }, { role: 'assistant', content: 'y' }] }, { talk: 'messages' }, { kind: 'chat', messages: [{ role: 'user', content: 'x' }, { role: 'assistant', content: 'y' }] }],
  ])('%j as %j', async (value, columns, expected) => expect(await row(value, { columns })).toEqual(expected))
  test('numbers get names', async () => {
    const dataset = await open([{ t: 'bad', n: 0 }, { t: 'fine', n: 1 }], { columns: { t: 'text', n: 'label' }, labels: ['negative', 'positive'] })
    expect([dataset.labelled, dataset.rows.map((r) => r.kind === 'completion' && r.completion)]).toEqual([true, ['negative', 'positive']])
  })
  test('what does not fit is told', async () => {
    expect(mappingProblems({ columns: { a: 'prompt' } })).toEqual(['Choose the column that is answered: a completion or a label.'])
    expect(mappingProblems({ columns: {} })).toEqual(['Choose at least one column: a text, messages, or a prompt and a completion.'])
    expect(mappingProblems({ columns: { a: 'messages', b: 'completion' } })).toEqual(['A column of messages already holds both sides, so no other column can.'])
    expect(mappingProblems({ columns: { a: 'king' } })[0]).toContain('must be one of text, prompt')
    expect(mappingProblems('x')).toEqual(['The mapping must say what each column is.'])
    await expect(open([{ a: 'x' }], { columns: { b: 'text' } })).rejects.toThrow('There is no column b; there are a.')
  })
  test('a recipe keeps it, and every wrong entry is told', () => {
    const data = { ...defaultRecipe().data, mapping: { columns: { a: 'text' } }, drop: ['duplicates'], cut: 'start', splitSeed: 7, systemPrompt: 'Be kind.', balance: 'repeat', quotes: 'plain', validationFile: 'valid.jsonl' }
    expect(readRecipe({ data }).data).toEqual(data)
    expect(readRecipe({ evaluation: { systemPrompt: 'Be safe.' } }).evaluation.systemPrompt).toBe('Be safe.')
    expect(() => readRecipe({ data: { ...data, drop: ['all'], cut: 'middle', splitSeed: -1, systemPrompt: 3, mapping: { columns: { a: 'prompt' } } }, evaluation: { systemPrompt: 1 } })).toThrow(
      /Choose the column that is answered.*splitSeed must be.*systemPrompt must be text.*drop must be.*cut must be.*evaluation\.systemPrompt must be/s,
    )
  })
})
