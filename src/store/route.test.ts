// What a drop is, by the names in it.
import { describe, expect, it } from 'vitest'
import { route } from './route.ts'

const files = (...paths: string[]) => paths.map((path) => ({ path, file: new File([''], path.split('/').at(-1) ?? path) }))

describe('route', () => {
  it('sees a model in a folder with config.json, and leaves its neighbours out', () => {
    const where = route(
      files('pack/notes.txt', 'pack/tiny/config.json', 'pack/tiny/model.safetensors', 'pack/tiny/deep/config.json'),
    )
    expect(where.kind).toBe('model')
    if (where.kind === 'model') {
      expect(where.name).toBe('tiny')
      expect(where.files.map((f) => f.path)).toEqual([
        'pack/tiny/config.json',
        'pack/tiny/model.safetensors',
        'pack/tiny/deep/config.json',
      ])
    }
  })
  it('takes loose model files as one model', () => {
    expect(route(files('config.json', 'model.safetensors', 'tokenizer.json')).kind).toBe('model')
  })
  it('sees a model in a GGUF file', () => {
    expect(route(files('down/notes.txt', 'down/tiny-Q8_0.GGUF'))).toMatchObject({ kind: 'model', name: 'tiny-Q8_0.GGUF', files: [{ path: 'down/tiny-Q8_0.GGUF' }] })
    expect(route(files('m/config.json', 'rows.csv'))).toMatchObject({ kind: 'model', others: [{ path: 'rows.csv' }] })
    expect(route(files('m/config.json', 'm/x.gguf'))).toMatchObject({ kind: 'model', name: 'm' })
  })
  it('sees an adapter in a folder with adapter_config.json, or in a zip', () => {
    const folder = files('pirate/adapter_config.json', 'pirate/adapter_model.safetensors', 'pirate/recipe.json')
    expect(route(folder)).toEqual({ kind: 'adapter', files: folder })
    expect(route(files('Pirate.ZIP')).kind).toBe('adapter')
    expect(route(files('m/config.json', 'm/adapter_config.json')).kind).toBe('model')
  })
  it('tells a recipe from data', () => {
    expect(route(files('recipe.json')).kind).toBe('recipe')
    expect(route(files('pirate.recipe.json')).kind).toBe('recipe')
    expect(route(files('recipes.json')).kind).toBe('data')
    expect(route(files('x.recipe (2).json', 'a.csv'))).toMatchObject({ kind: 'recipe', file: { path: 'x.recipe (2).json' }, others: [{ path: 'a.csv' }] })
  })
  it.each(['a.jsonl', 'A.CSV', 'x/y.tsv', 'n.ndjson', 't.txt', 'd.json', 'p.parquet', 'm.md', 'a.jsonl.gz'])('sees data in %s', (path) => {
    expect(route(files(path)).kind).toBe('data')
  })
  it('takes files of held-out and of test rows by their names', () => {
    const where = route(files('p/valid.jsonl', 'p/test.jsonl', 'p/train.jsonl'))
    expect(where.kind === 'data' && [where.file.path, where.test?.path, where.validation?.path]).toEqual(['p/train.jsonl', 'p/test.jsonl', 'p/valid.jsonl'])
    expect(route(files('only.valid.jsonl'))).toMatchObject({ kind: 'data', file: { path: 'only.valid.jsonl' } })
  })
  it('takes a second file for the test rows by its name', () => {
    const where = route(files('pack/test.jsonl', 'pack/train.jsonl'))
    expect(where.kind === 'data' && [where.file.path, where.test?.path]).toEqual(['pack/train.jsonl', 'pack/test.jsonl'])
    const single = route(files('orders-test.csv'))
    expect(single.kind === 'data' && [single.file.path, single.test]).toEqual(['orders-test.csv', undefined])
    const contest = route(files('contest.csv', 'a.csv'))
    expect(contest.kind === 'data' && [contest.file.path, contest.test]).toEqual(['contest.csv', undefined])
  })
  it('names what it cannot place', () => {
    expect(route(files('cat.png'))).toEqual({ kind: 'unknown', names: ['cat.png'] })
    expect(route([])).toEqual({ kind: 'unknown', names: [] })
  })
})
