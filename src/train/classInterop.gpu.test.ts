// What a run that predicts classes exports is loaded by transformers and PEFT, for a text, a pair and labelled words, with the
// same logits. Left out where there is no Python that has them.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPython, runPython, withoutPython } from '../../e2e/golden/findPython.ts'
import { goldenModel, goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import { classInput, rowTexts } from '../data/classInput.ts'
import { openDataset } from '../data/dataset.ts'
import { wordInput } from '../data/wordExamples.ts'
import { bytesSource } from '../files/byteSource.ts'
import { utf8 } from '../lib/bytes.ts'
import { defaultRecipe, type MethodChoice, type Recipe } from '../protocol/recipe.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import { subjectOf } from './base.ts'
import { computeLogits } from './computeLogits.ts'
import { Control } from './control.ts'
import { openRun } from './openAdapter.ts'
import { Params } from './params.ts'
import { recipeModel, withLabels } from './recipeModel.ts'
import { runSession } from './session.ts'
import { testEncoder } from './testEncoder.ts'
import { testBase } from './testRun.ts'

let python: string | undefined
let folder = ''
beforeAll(async () => {
  python = await findPython()
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-classes-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const WORDS = ['Ann met Bob in Rome .', 'Rome is far .', 'Bob calls Ann .', 'Paris and Rome .']
const LABELS = ['B-PER O B-PER O B-LOC O', 'B-LOC O O O', 'B-PER O B-PER O', 'B-LOC O B-LOC O']
const FILES = {
  words: WORDS.map((text, i) => ({ tokens: text.split(' '), ner_tags: LABELS[i].split(' ') })),
  pairs: WORDS.map((text, i) => ({ sentence1: text, sentence2: WORDS[(i + 1) % 4], label: i % 2 === 0 ? 'yes' : 'no' })),
  texts: WORDS.map((text, i) => ({ text, label: ['a', 'b', 'c'][i % 3] })),
} as const

const lora: MethodChoice = { id: 'lora', options: { r: 4 } }
const plain = defaultRecipe()

describe('a run that predicts classes loads in transformers and PEFT', () => {
  it.for([
    { model: 'bert', architecture: 'BertModel', data: 'words', method: lora },
    { model: 'bert', architecture: 'BertForSequenceClassification', data: 'pairs', method: lora },
    // Its pooler is new: it trains, and goes along.
    { model: 'bert', architecture: 'BertForTokenClassification', data: 'pairs', method: lora },
    { model: 'bert', architecture: 'BertForTokenClassification', data: 'words', method: { id: 'prompt_tuning', options: { num_virtual_tokens: 3 } } },
    { model: 'roberta', architecture: 'RobertaForSequenceClassification', data: 'pairs', method: lora },
    { model: 'roberta', architecture: 'RobertaForTokenClassification', data: 'words', method: { id: 'full', options: {} } },
    { model: 'distilbert', architecture: 'DistilBertForSequenceClassification', data: 'words', method: { id: 'ia3', options: {} } },
    { model: 'gpt2', data: 'words', method: lora },
    { model: 'llama', data: 'texts', method: { id: 'full', options: {} } },
    // Of our own layouts, through the loader in the folder: the head must not be left behind.
    { model: 'llama', data: 'texts', method: { id: 'gated_lora', options: {} } },
    { model: 'gpt2', data: 'words', method: { id: 'bottleneck', options: {} } },
    { model: 'bert', architecture: 'BertModel', data: 'texts', method: { id: 'bitfit', options: {} } },
    { model: 'qwen2', data: 'texts', method: { id: 'prefix_tuning', options: { use_gating: true } } },
  ] as const)('$method.id of $model on $data', async ({ model, data, method, ...rest }, context) => {
    if (!python) {
      console.log(withoutPython)
      return context.skip(withoutPython)
    }
    const at = 'architecture' in rest ? join(folder, `${model} ${rest.architecture}`) : join(goldenRoot, 'models', model)
    const base = await testBase('architecture' in rest ? await testEncoder(model as 'bert', rest.architecture, at) : await goldenModel(model))
    const dataset = await openDataset(bytesSource(utf8(FILES[data].map((row) => JSON.stringify(row)).join('\n')), `${data}.jsonl`))
    const asked: Recipe = {
      ...plain,
      ...(data === 'words' ? { task: 'TOKEN_CLS' } : { task: 'SEQ_CLS' }),
      data: { ...plain.data, source: 'file', id: data, validation: 0 },
      methods: [method],
      training: { ...plain.training, steps: 6, batch_size: 4, max_length: 48, learning_rate: 1e-2, eval_steps: 0, save_steps: 0 },
      evaluation: { ...plain.evaluation, rows: 0 },
    }
    const recipe = withLabels(asked, base, dataset.rows, dataset.name)
    const storage = memoryStorage()
    await storage.runs.put({ id: 'run', recipe, createdAt: 0, status: 'running', step: 0, hasAdapter: false })
    const record = await runSession({ runId: 'run', recipe, base, dataset, test: undefined, storage, control: new Control(), version: 'test', onEvent: (e) => e.type === 'failure' && console.log(e.failure.message, e.failure.detail) })
    expect(record.status).toBe('done')
    const out = join(folder, `${method.id} of ${model} on ${data}`)
    for (const [path, bytes] of (await storage.adapters.load('run'))!) {
      await mkdir(dirname(join(out, path)), { recursive: true })
      await writeFile(join(out, path), bytes)
    }

    const own = recipeModel(base, recipe)
    const adapter = await openRun(base, storage, record)
    const subject = subjectOf(own, adapter.attachments)
    await base.weights.load(subject.census.weights)
    const params = await Params.make(base.memory, subject.layout)
    params.write('values', adapter.values)
    const row = dataset.rows.at(0)!
    const input = row.kind === 'words' ? wordInput(row.words, base.tokenizer(), { maxLength: 48 }) : row.kind === 'completion' ? classInput(rowTexts(row), base.tokenizer(), { maxLength: 48 }) : undefined
    const { ids } = input!
    const types = input && 'types' in input ? input.types : undefined
    expect(types !== undefined).toBe(model === 'bert' && data === 'pairs')
    const T = ids.length
    const places = Int32Array.from({ length: T }, (_, i) => i)
    const rows = data === 'words' ? places : Int32Array.of(base.family.pooled === 'first' ? 0 : T - 1)
    const ours = await computeLogits(own, subject, params, { B: 1, T, tokens: ids, positions: places, segments: new Int32Array(T), ...(types && { tokenTypes: types }) }, rows)
    params.dispose()
    base.weights.dispose()

    const report = join(folder, 'logits.json')
    await runPython(python, 'check_classes.py', [at, out, '--ids', ids.join(), ...(types ? ['--types', types.join()] : []), '--out', report])
    // Prompt tokens of an adapter have logits there; they stand first.
    const theirs = (JSON.parse(await readFile(report, 'utf8')) as { logits: number[][] }).logits.flat().slice(-ours.length)
    expect(ours.length).toBe(rows.length * recipe.labels!.length)
    expect(theirs.length).toBe(ours.length)
    const worst = Math.max(...theirs.map((x, i) => Math.abs(x - ours[i])))
    console.log(`${method.id} of ${model} on ${data}: largest logit difference ${worst.toExponential(1)} of ${Math.max(...theirs.map(Math.abs)).toFixed(2)}`)
    expect(worst).toBeLessThan(1e-4)
  })
})
